package io.detour.server.serve;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.detour.core.Host;
import io.detour.core.HostPort;
import io.detour.core.Parsed;
import io.detour.rules.generate.NameRules;
import io.detour.rules.generate.PacFile;
import io.detour.rules.generate.PacOptions;
import io.detour.rules.generate.PacProxy;
import io.detour.rules.generate.RuleTranslation;
import io.detour.server.accept.ListenAddress;
import io.detour.server.accept.ListenerOptions;
import io.detour.server.accept.ListenerOptions.ProxyProtocol;
import io.detour.server.access.AllowedHosts;
import io.detour.server.account.RequestKind;
import io.detour.server.decide.RuleSnapshot;
import io.detour.server.decide.RulesInForce;
import io.detour.server.parse.http.ParsedRequest;
import io.detour.server.status.ProxyErrorType;
import io.detour.server.status.Refusal;
import io.netty.buffer.Unpooled;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The PAC file for the rules in force, which tells browsers when to use the proxy and where it is.
 * Made again when the rules change, and every {@link #LASTING}, since rules may end. Any thread.
 */
public final class AutoConfig {
  private static final Duration LASTING = Duration.ofSeconds(30);
  private static final int HTTP_PORT = 80;

  private static final Refusal FOREIGN_HOST =
      new Refusal(
          403,
          ProxyErrorType.HTTP_REQUEST_DENIED,
          "Host: expected an IP address, localhost or a name of admin.hosts");
  private static final Refusal BUSY =
      new Refusal(
              503,
              ProxyErrorType.CONNECTION_LIMIT_REACHED,
              "the file is being made for others, ask again later")
          .retriedAfter(Duration.ofSeconds(1));
  private static final Refusal NO_LISTENER =
      new Refusal(
          404,
          ProxyErrorType.HTTP_REQUEST_ERROR,
          "there is no listener for browsers: a TCP address without the PROXY protocol");

  /** More addresses than browsers of one site know a proxy by. */
  private static final int MAX_TEXTS = 16;

  /**
   * What was made of the rules, which takes a while if they are many, and the files made of it by
   * what they name. For one thread at a time.
   */
  private record Made(
      RuleSnapshot rules,
      Instant at,
      NameRules translation,
      LinkedHashMap<PacOptions, String> texts) {
    Made(RuleSnapshot rules, Instant at) {
      this(
          rules,
          at,
          RuleTranslation.of(rules.rules(), "the rules in force", at),
          new LinkedHashMap<>());
    }

    boolean isFresh(RuleSnapshot current, Instant now) {
      return rules == current && !now.isBefore(at) && now.isBefore(at.plus(LASTING));
    }

    /** The oldest makes room. */
    String text(PacOptions named) {
      String known = texts.get(named);
      if (known != null) {
        return known;
      }
      String text = PacFile.of(translation, named).text();
      if (texts.size() >= MAX_TEXTS) {
        texts.pollFirstEntry();
      }
      texts.put(named, text);
      return text;
    }
  }

  private final RulesInForce rules;
  private final InstantSource clock;
  private final Executor maker;
  private final List<ListenerOptions> listeners;
  private final AllowedHosts hosts;
  private final PacOptions options;

  /** Guarded by this object. */
  private @Nullable Made made;

  /**
   * @param clock the time of day
   * @param maker makes the file, which may take a while
   * @param listeners of the proxy, as they are bound; grows until clients are accepted
   * @param hosts under which the proxy itself may be asked
   * @param options which proxies the file names
   */
  public AutoConfig(
      RulesInForce rules,
      InstantSource clock,
      Executor maker,
      List<ListenerOptions> listeners,
      AllowedHosts hosts,
      PacOptions options) {
    this.rules = rules;
    this.clock = clock;
    this.maker = maker;
    this.listeners = listeners;
    this.hosts = hosts;
    this.options = options;
  }

  /**
   * Where browsers reach one of these listeners: the first without TLS, else the first.
   *
   * @param machine the name or the address under which browsers know this machine; null if that is
   *     not known
   * @return null if none is for browsers or has an address that they could know
   */
  public static @Nullable PacProxy forBrowsers(
      List<ListenerOptions> listeners, @Nullable Host machine) {
    return usable(listeners)
        .min(Comparator.comparing(each -> each.tls() != null))
        .map(each -> seenFrom(each, machine))
        .orElse(null);
  }

  /** The listeners that a PAC file can name: TCP without the PROXY protocol. */
  private static Stream<ListenerOptions> usable(List<ListenerOptions> listeners) {
    return listeners.stream()
        .filter(each -> each.address() instanceof ListenAddress.Inet)
        .filter(each -> each.proxyProtocol() == ProxyProtocol.OFF);
  }

  private static @Nullable PacProxy seenFrom(ListenerOptions listener, @Nullable Host machine) {
    ListenAddress.Inet address = (ListenAddress.Inet) listener.address();
    if (address.port() == 0) {
      return null;
    }
    if (!address.address().isAnyLocalAddress()) {
      return proxy(listener, HostPort.parse(address.toString()).orElseThrow());
    }
    return machine == null ? null : proxy(listener, new HostPort(machine, address.port()));
  }

  private static PacProxy proxy(ListenerOptions listener, HostPort address) {
    return new PacProxy(
        listener.tls() == null ? PacProxy.Scheme.PROXY : PacProxy.Scheme.HTTPS, address);
  }

  /** Answers a client that asks the proxy itself. Behind the answer its connection is closed. */
  void answer(ParsedRequest.AutoConfig request, ClientConnection client) {
    Refusal refusal = make(request, client);
    if (refusal != null) {
      client.refuse(RequestKind.FORWARD, refusal, new Refusal.Form(false, request.withContent()));
    }
  }

  /**
   * Has the file made for a client, or says why it gets none. A page of a foreign site may lead a
   * browser here under that site's name (DNS rebinding), which gets nothing.
   */
  private @Nullable Refusal make(ParsedRequest.AutoConfig request, ClientConnection client) {
    String host = request.host();
    if (host == null
        || !hosts.accepts(host)
        || !(HostPort.parse(host, HTTP_PORT) instanceof Parsed.Value(HostPort askedAs))) {
      return FOREIGN_HOST;
    }
    PacProxy reached = askedAt(askedAs);
    if (reached == null && options.proxies().isEmpty()) {
      return NO_LISTENER;
    }
    try {
      var _ =
          file(reached)
              .whenCompleteAsync(
                  (file, bug) -> made(file, bug, request.withContent(), client),
                  client.channel().eventLoop());
      return null;
    } catch (RejectedExecutionException e) {
      return BUSY;
    }
  }

  /** Where it believes the proxy to be, it stays. */
  private @Nullable PacProxy askedAt(HostPort askedAs) {
    return usable(listeners)
        .filter(each -> ((ListenAddress.Inet) each.address()).port() == askedAs.port())
        .findFirst()
        .map(each -> proxy(each, askedAs))
        .orElseGet(() -> forBrowsers(listeners, askedAs.host()));
  }

  private static void made(
      @Nullable String file,
      @Nullable Throwable bug,
      boolean withContent,
      ClientConnection client) {
    if (bug != null) {
      client.failed(bug);
    } else if (file != null && !client.isOver()) {
      client.attempt(
          () -> {
            client.loop().counters().request(RequestKind.FORWARD, 200);
            client.closeBehind(Unpooled.wrappedBuffer(response(file, withContent)));
          });
    }
  }

  /** A response behind which the connection is closed. */
  private static byte[] response(String file, boolean withContent) {
    String head =
        """
        HTTP/1.1 200 OK\r
        Content-Type: application/x-ns-proxy-autoconfig\r
        Content-Length: %d\r
        Cache-Control: no-store\r
        X-Content-Type-Options: nosniff\r
        Connection: close\r
        \r
        """
            .formatted(file.length());
    return (withContent ? head + file : head).getBytes(US_ASCII);
  }

  /**
   * JavaScript in ASCII.
   *
   * @param askedAs the machine as the client knows it; null if it did not say
   * @return null if there is no proxy that the file could name
   * @throws RejectedExecutionException if too many others wait for it
   */
  public @Nullable CompletableFuture<String> file(@Nullable Host askedAs) {
    PacProxy reached = askedAs == null ? null : forBrowsers(listeners, askedAs);
    return reached == null && options.proxies().isEmpty() ? null : file(reached);
  }

  private CompletableFuture<String> file(@Nullable PacProxy reached) {
    PacOptions named = reached == null ? options : options.orListener(reached);
    return CompletableFuture.supplyAsync(() -> text(named), maker);
  }

  private synchronized String text(PacOptions named) {
    RuleSnapshot current = rules.current();
    Instant now = clock.instant();
    if (made == null || !made.isFresh(current, now)) {
      made = new Made(current, now);
    }
    return made.text(named);
  }
}
