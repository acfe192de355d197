package io.detour.server.dial;

import static io.detour.server.dial.DialFixture.closedPort;
import static io.detour.server.dial.DialFixture.target;
import static org.assertj.core.api.Assertions.assertThat;

import io.detour.config.Configuration;
import io.detour.config.ConfigurationKey;
import io.detour.core.HostPort;
import io.detour.rules.FallbackError;
import io.detour.rules.Hop;
import io.detour.rules.Route;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;

/** What walks over routes need: sockets that answer or not, and a clock to put forward. */
final class RouteFixture {
  /** Every error leads to the next hop. */
  static final Set<FallbackError> ANY = EnumSet.allOf(FallbackError.class);

  /** The DNS and the connect timeout. */
  static final Duration SHORT = Duration.ofMillis(200);

  final DialFixture dials = new DialFixture();
  final AtomicLong nanoTime = new AtomicLong(System.nanoTime());
  final Configuration options =
      dials
          .options
          .with(ConfigurationKey.TIMEOUT_CONNECT, SHORT)
          .with(ConfigurationKey.TIMEOUT_DNS, SHORT);

  /** With memory on the clock of this fixture. */
  RouteDialer dialer(Configuration with) {
    return new RouteDialer(dials.dialer(with), nanoTime::get);
  }

  /** Walks and waits for the result; a connection is closed at once. */
  DialResult walk(RouteDialer dialer, Route route) {
    CompletableFuture<DialResult> told = new CompletableFuture<>();
    dials.runOnLoop(
        () ->
            dialer.dial(
                route,
                null,
                dials.loop,
                result -> {
                  if (result instanceof DialResult.Connected connected) {
                    connected.upstream().close();
                  }
                  assertThat(told.complete(result)).as("told once").isTrue();
                }));
    return DialFixture.await(told);
  }

  static Route route(Set<FallbackError> fallbackOn, HostPort... addresses) {
    List<Hop> hops = new ArrayList<>();
    for (HostPort address : addresses) {
      hops.add(new Hop(hops.size(), address, null, Set.of()));
    }
    return new Route(hops, fallbackOn);
  }

  static Route route(Set<FallbackError> fallbackOn, List<Hop> hops) {
    return new Route(new ArrayList<>(hops), fallbackOn);
  }

  /** Where a listener is. */
  static HostPort open(ServerSocket listener) {
    return target("127.0.0.1", listener.getLocalPort());
  }

  /** Where nothing listens. */
  static HostPort refusing() throws IOException {
    return target("127.0.0.1", closedPort("127.0.0.1"));
  }

  /** From now on something listens there. */
  void listenAgain(HostPort address) throws IOException {
    dials.keep(new ServerSocket(address.port(), 50, InetAddress.ofLiteral("127.0.0.1")));
  }

  static Parent http(HostPort address) {
    return new Parent(Parent.Protocol.HTTP, address, null);
  }

  /** The walk ended with this failure, and tells what all hops cost. */
  static void assertDecided(DialResult result, DialResult.Failed by) {
    assertThat(result)
        .isEqualTo(
            new DialResult.Failed(
                by.hop(),
                by.error(),
                by.details(),
                by.rcode(),
                by.attempts(),
                result.failures().stream().mapToLong(DialResult::dnsNanos).sum(),
                result.failures().stream().mapToLong(DialResult::connectNanos).sum(),
                result.failures()));
  }

  /** {@code 0 connection_refused} for each hop that failed. */
  static List<String> errors(DialResult result) {
    return result.failures().stream().map(RouteFixture::error).toList();
  }

  private static String error(DialResult.Failed failed) {
    return failed.hop().target() + " " + failed.error().type().token();
  }

  /** To be called after each test. */
  void close() throws Exception {
    dials.close();
  }
}
