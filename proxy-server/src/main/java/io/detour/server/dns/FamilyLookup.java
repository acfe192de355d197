package io.detour.server.dns;

import io.detour.server.status.DialError;
import io.detour.server.transport.ConnectErrors;
import io.netty.channel.AddressedEnvelope;
import io.netty.handler.codec.dns.DefaultDnsQuestion;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.handler.codec.dns.DnsResponse;
import io.netty.handler.codec.dns.DnsResponseCode;
import io.netty.resolver.dns.DnsNameResolver;
import io.netty.resolver.dns.DnsNameResolverTimeoutException;
import io.netty.resolver.dns.DnsServerAddressStream;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.FutureListener;
import java.net.InetSocketAddress;
import java.util.function.ObjLongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Asks the DNS servers for the addresses of one family of one name, one server after the other,
 * until one of them answers. A server that fails or refuses gives way to the next at once, a silent
 * one when its query times out, and after the last the first is asked again. That a name has no
 * address is an answer: all servers are taken to know the same names, and none of a referral is
 * asked. The owner ends the lookup. Lives on one event loop.
 */
final class FamilyLookup
    implements FutureListener<AddressedEnvelope<DnsResponse, InetSocketAddress>> {
  private final DnsNameResolver dns;
  private final DnsServerAddressStream servers;
  private final DnsRecordType type;
  private final ObjLongConsumer<Resolution> done;

  /** The name that is asked for: an alias of the first one, later. */
  private String name;

  private int aliases;
  private long ttlSeconds = Integer.MAX_VALUE;

  /** How many servers have said that they cannot answer, or could not be asked. */
  private int failures;

  private @Nullable Future<?> query;
  private boolean over;

  /**
   * @param name a canonical name
   * @param done gets the answer and for how many seconds it holds; called once, on the event loop
   */
  FamilyLookup(
      DnsNameResolver dns,
      Resolvers shared,
      String name,
      DnsRecordType type,
      ObjLongConsumer<Resolution> done) {
    this.dns = dns;
    this.servers = shared.servers.nameServerAddressStream(name);
    this.name = name + '.';
    this.type = type;
    this.done = done;
  }

  void start() {
    Future<AddressedEnvelope<DnsResponse, InetSocketAddress>> next =
        dns.query(servers.next(), new DefaultDnsQuestion(name, type));
    query = next;
    next.addListener(this);
  }

  /** Ends it; its socket is closed. */
  void cancel() {
    over = true;
    if (query != null) {
      query.cancel(false);
    }
  }

  @Override
  public void operationComplete(Future<AddressedEnvelope<DnsResponse, InetSocketAddress>> ended) {
    AddressedEnvelope<DnsResponse, InetSocketAddress> response = ended.getNow();
    if (response == null) {
      if (!over) {
        unanswered(ended.cause());
      }
      return;
    }
    try {
      if (!over) {
        answered(DnsAnswer.of(response.content(), name, type));
      }
    } finally {
      response.release();
    }
  }

  private void unanswered(Throwable cause) {
    if (cause instanceof DnsNameResolverTimeoutException) {
      start();
    } else {
      tryNextServer(
          ConnectErrors.classify(cause) == DialError.RESOURCES
              ? Resolution.Unresolved.of(DialError.RESOURCES)
              : new Resolution.Unresolved(
                  DialError.DNS_ERROR, "the DNS servers cannot be reached", null));
    }
  }

  private void answered(DnsAnswer answer) {
    switch (answer) {
      case DnsAnswer.Found(var addresses, long ttl) ->
          end(new Resolution.Addresses(addresses), ttl);
      case DnsAnswer.Absent(boolean exists, long ttl) ->
          end(exists ? FamilyAnswers.NO_ADDRESS : NameResolver.NO_SUCH_NAME, ttl);
      case DnsAnswer.Alias alias -> follow(alias);
      case DnsAnswer.Failed(DnsResponseCode code) ->
          tryNextServer(
              new Resolution.Unresolved(
                  DialError.DNS_ERROR, "the DNS server failed", mnemonic(code)));
    }
  }

  private void follow(DnsAnswer.Alias alias) {
    if (++aliases > DnsAnswer.MAX_ALIASES) {
      end(
          new Resolution.Unresolved(
              DialError.DNS_ERROR, "the host is an alias of an alias without end", null),
          DnsAnswer.NO_TTL);
      return;
    }
    name = alias.name();
    ttlSeconds = Math.min(ttlSeconds, alias.ttlSeconds());
    start();
  }

  private void tryNextServer(Resolution.Unresolved failure) {
    if (++failures < servers.size()) {
      start();
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
