package io.detour.server.dns;

import io.detour.core.Host;
import io.detour.core.Parsed;
import io.detour.server.status.DialError;
import io.detour.server.transport.ConnectErrors;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.handler.codec.dns.DnsResponseCode;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.ObjLongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Asks the DNS servers for the addresses of one family of one name, one server after the other,
 * until one of them answers. A server that fails or refuses gives way to the next at once, a silent
 * one when its query times out, and after the last the first is asked again. That a name has no
 * address is an answer: all servers are taken to know the same names, and none of a referral is
 * asked. The owner ends the lookup. Lives on one event loop.
 */
final class FamilyLookup {
  private final DnsExchange.Context context;
  private final NameService service;
  private final List<DnsServer> servers;
  private final DnsRecordType type;
  private final ObjLongConsumer<Resolution> done;

  /** The name that is asked for: an alias of the first one, later. */
  private String name;

  private int aliases;
  private long ttlSeconds = Integer.MAX_VALUE;

  /** Which of the servers is asked. */
  private int turn;

  /** How many servers have said that they cannot answer, or could not be asked. */
  private int failures;

  private @Nullable DnsExchange query;
  private boolean over;

  /**
   * @param servers in the order in which they are asked
   * @param name a canonical name
   * @param done gets the answer and for how many seconds it holds; called once, on the event loop
   */
  FamilyLookup(
      DnsExchange.Context context,
      NameService service,
      List<DnsServer> servers,
      String name,
      DnsRecordType type,
      ObjLongConsumer<Resolution> done) {
    this.context = context;
    this.service = service;
    this.servers = servers;
    this.name = name + '.';
    this.type = type;
    this.done = done;
  }

  void start() {
    for (DnsServer server : servers.subList(1, servers.size())) {
      if (server.claimProbe(context.nanoTime().getAsLong())) {
        exchange(server, _ -> {}).start();
      }
    }
    ask();
  }

  private void ask() {
    if (!over) {
      query = exchange(servers.get(turn), this::answered);
      query.start();
    }
  }

  private void askNext() {
    turn = (turn + 1) % servers.size();
    ask();
  }

  private DnsExchange exchange(DnsServer server, Consumer<DnsAnswer> answered) {
    return new DnsExchange(
        context, server, name, type, service.overTcp(), service.queryTimeoutMillis(), answered);
  }

  /** Ends it; its socket is closed. */
  void cancel() {
    over = true;
    if (query != null) {
      query.cancel();
    }
  }

  private void answered(DnsAnswer answer) {
    switch (answer) {
      case DnsAnswer.Found(var addresses, long ttl) ->
          end(new Resolution.Addresses(addresses), ttl);
      case DnsAnswer.Absent(boolean exists, long ttl) ->
          end(exists ? FamilyAnswers.NO_ADDRESS : NameResolver.NO_SUCH_NAME, ttl);
      case DnsAnswer.Alias alias -> follow(alias);
      case DnsAnswer.Silence() -> askNext();
      case DnsAnswer.Failed(DnsResponseCode code) ->
          tryNextServer(dnsError("the DNS server failed", mnemonic(code)));
      case DnsAnswer.Cut() ->
          tryNextServer(dnsError("the DNS server does not send long answers over TCP", null));
      case DnsAnswer.Unreachable(Throwable cause) ->
          tryNextServer(
              ConnectErrors.classify(cause) == DialError.RESOURCES
                  ? Resolution.Unresolved.of(DialError.RESOURCES)
                  : dnsError("the DNS servers cannot be reached", null));
    }
  }

  private static Resolution.Unresolved dnsError(String details, @Nullable String rcode) {
    return new Resolution.Unresolved(DialError.DNS_ERROR, details, rcode);
  }

  private void follow(DnsAnswer.Alias alias) {
    if (++aliases > DnsAnswer.MAX_ALIASES) {
      end(dnsError("the host is an alias of an alias without end", null), DnsAnswer.NO_TTL);
      return;
    }
    if (!(Host.parse(alias.name()) instanceof Parsed.Value<Host>)) {
      end(dnsError("the host is an alias of what is no host name", null), DnsAnswer.NO_TTL);
      return;
    }
    name = alias.name();
    ttlSeconds = Math.min(ttlSeconds, alias.ttlSeconds());
    ask();
  }

  private void tryNextServer(Resolution.Unresolved failure) {
    if (++failures < servers.size()) {
      askNext();
    } else {
      end(failure, DnsAnswer.NO_TTL);
    }
  }

  private void end(Resolution answer, long ttl) {
    over = true;
    done.accept(answer, Math.min(ttl, ttlSeconds));
  }

  /** As RFC 1035 4.1.1 and RFC 2136 2.2 write it, or null for a code that has none. */
  private static @Nullable String mnemonic(DnsResponseCode code) {
    return switch (code.intValue()) {
      case 1 -> "FORMERR";
      case 2 -> "SERVFAIL";
      case 4 -> "NOTIMP";
      case 5 -> "REFUSED";
      default -> null;
    };
  }
}
