package io.detour.server.serve;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.detour.core.Host;
import io.detour.core.HostPort;
import io.detour.core.Parsed;
import io.detour.rules.generate.PacFile;
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
          "there is no listener for browsers without TLS and PROXY protocol");

  private record Made(RuleSnapshot rules, HostPort proxy, Instant at, String text) {}

  private final RulesInForce rules;
  private final InstantSource clock;
  private final Executor maker;
  private final List<ListenerOptions> listeners;
  private final AllowedHosts hosts;
  private volatile @Nullable Made made;

  /**
   * @param clock the time of day
   * @param maker makes the file, which may take a while
   * @param listeners of the proxy, as they are bound; grows until clients are accepted
   * @param hosts under which the proxy itself may be asked
   */
  public AutoConfig(
      RulesInForce rules,
      InstantSource clock,
      Executor maker,
      List<ListenerOptions> listeners,
      AllowedHosts hosts) {
    this.rules = rules;
    this.clock = clock;
    this.maker = maker;
    this.listeners = listeners;
    this.hosts = hosts;
  }

  /** The listeners that a PAC file can name: those without TLS and PROXY protocol. */
  private Stream<ListenAddress.Inet> forBrowsers() {
    return listeners.stream()
        .filter(each -> each.tls() == null && each.proxyProtocol() == ProxyProtocol.OFF)
        .map(ListenerOptions::address)
        .filter(ListenAddress.Inet.class::isInstance)
        .map(ListenAddress.Inet.class::cast);
  }

  /**
   * Where a browser reaches the first of them.
   *
   * @param machine the name or the address under which it knows this machine
   * @return null if no listener is for browsers
   */
  public @Nullable HostPort seenFrom(Host machine) {
    ListenAddress.Inet first = forBrowsers().findFirst().orElse(null);
    if (first == null) {
      return null;
    }
    String text =
        first.address().isAnyLocalAddress()
            ? machine.bracketed() + ":" + first.port()
            : first.toString();
    return HostPort.parse(text).orElseThrow();
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
    // Where it believes the proxy to be, it stays.
    boolean isReached = forBrowsers().anyMatch(each -> each.port() == askedAs.port());
    HostPort proxy = isReached ? askedAs : seenFrom(askedAs.host());
    if (proxy == null) {
      return NO_LISTENER;
    }
    try {
      var _ =
          file(proxy)
              .whenCompleteAsync(
                  (file, bug) -> made(file, bug, request.withContent(), client),
                  client.channel().eventLoop());
      return null;
    } catch (RejectedExecutionException e) {
      return BUSY;
    }
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
   * @param proxy where browsers reach the proxy
   * @throws RejectedExecutionException if too many others wait for it
   */
  public CompletableFuture<String> file(HostPort proxy) {
    return CompletableFuture.supplyAsync(() -> text(proxy), maker);
  }

  private String text(HostPort proxy) {
    RuleSnapshot current = rules.current();
    Instant now = clock.instant();
    Made last = made;
    if (last != null
        && last.rules == current
        && last.proxy.equals(proxy)
        && !now.isBefore(last.at)
        && now.isBefore(last.at.plus(LASTING))) {
      return last.text;
    }
    String text =
        PacFile.of(RuleTranslation.of(current.rules(), "the rules in force", now), proxy, true)
            .text();
    made = new Made(current, proxy, now, text);
    return text;
  }
}
