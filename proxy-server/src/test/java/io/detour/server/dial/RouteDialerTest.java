package io.detour.server.dial;

import static io.detour.server.dial.DialFixture.target;
import static io.detour.server.dial.RouteFixture.ANY;
import static io.detour.server.dial.RouteFixture.SHORT;
import static io.detour.server.dial.RouteFixture.errors;
import static io.detour.server.dial.RouteFixture.http;
import static io.detour.server.dial.RouteFixture.open;
import static io.detour.server.dial.RouteFixture.refusing;
import static io.detour.server.dial.RouteFixture.route;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

import io.detour.config.ConfigurationKey;
import io.detour.core.HostPort;
import io.detour.rules.FallbackError;
import io.detour.rules.Hop;
import io.detour.rules.Route;
import io.netty.handler.codec.dns.DnsResponseCode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The walk over the targets of a rule. */
@Timeout(60)
class RouteDialerTest {
  private final RouteFixture routes = new RouteFixture();

  @AfterEach
  void close() throws Exception {
    routes.close();
  }

  @Test
  void theFirstHopThatAnswersIsConnected() throws IOException {
    ServerSocket good = routes.dials.listen("127.0.0.1");
    Route route = route(ANY, open(good), open(good));

    DialResult result = routes.walk(routes.dialer(routes.options), route);

    assertThat(result).isInstanceOf(DialResult.Connected.class);
    assertThat(result.hop()).isEqualTo(route.hops().getFirst());
    assertThat(result.failures()).isEmpty();
    assertThat(result.tried()).isEqualTo(1);
    assertThat(result.dnsNanos()).isZero();
    assertThat(result.connectNanos()).isPositive();
  }

  @ParameterizedTest(name = "{0} leads to the next hop if the route says so, and only then")
  @EnumSource(FallbackError.class)
  void anErrorOfTheSetLeadsToTheNextHop(FallbackError error) throws IOException {
    HostPort good = open(routes.dials.listen("127.0.0.1"));
    ScriptedParent parent = failingParent(error);
    RouteDialer dialer =
        routes.dialer(
            routes.options.with(
                ConfigurationKey.PARENTS,
                Map.of("p", parent == null ? http(good) : parent.http())));
    List<Hop> hops =
        List.of(
            new Hop(0, failing(error), parent == null ? null : "p", Set.of()),
            new Hop(1, good, null, Set.of()));

    DialResult fellBack = routes.walk(dialer, new Route(hops, Set.of(error)));
    dialer.forget();
    DialResult ended =
        routes.walk(dialer, new Route(hops, EnumSet.complementOf(EnumSet.of(error))));

    assertThat(fellBack).isInstanceOf(DialResult.Connected.class);
    assertThat(fellBack.hop()).isEqualTo(hops.get(1));
    assertThat(fellBack.tried()).isEqualTo(2);
    assertThat(errors(fellBack)).containsExactly("0 " + error.token());
    assertThat(fellBack.connectNanos())
        .isGreaterThan(fellBack.failures().getFirst().connectNanos());
    assertThat(ended.hop()).isEqualTo(hops.getFirst());
    assertThat(ended.tried()).isEqualTo(1);
    assertThat(errors(ended)).containsExactly("0 " + error.token());
    RouteFixture.assertDecided(ended, ended.failures().getFirst());
  }

  /** A target that fails so, if it needs no parent to do so. */
  private HostPort failing(FallbackError error) throws IOException {
    return switch (error) {
      case DNS_ERROR -> {
        routes.dials.dns.fail("failing.test", DnsResponseCode.SERVFAIL);
        yield target("failing.test", 443);
      }
      case DNS_TIMEOUT -> {
        routes.dials.dns.ignore("failing.test");
        yield target("failing.test", 443);
      }
      case CONNECTION_REFUSED -> refusing();
      case CONNECTION_TIMEOUT -> target("127.0.0.1", routes.dials.deafPort());
      case DESTINATION_IP_UNROUTABLE -> target("224.0.0.1", 443);
      case CONNECTION_TERMINATED, DESTINATION_UNAVAILABLE -> target("failing.test", 443);
    };
  }

  /** A parent that fails so, if no target alone can; else null. */
  private @Nullable ScriptedParent failingParent(FallbackError error) throws IOException {
    return switch (error) {
      case CONNECTION_TERMINATED -> routes.dials.keep(ScriptedParent.answering(""));
      case DESTINATION_UNAVAILABLE ->
          routes.dials.keep(ScriptedParent.answering("HTTP/1.1 503 X\r\n\r\n"));
      case DNS_ERROR,
          DNS_TIMEOUT,
          CONNECTION_REFUSED,
          CONNECTION_TIMEOUT,
          DESTINATION_IP_UNROUTABLE ->
          null;
    };
  }

  @Test
  void theFailureOfTheLastHopIsThatOfTheWalk() throws IOException {
    Route route = route(ANY, refusing(), target("224.0.0.1", 443), refusing());

    DialResult result = routes.walk(routes.dialer(routes.options), route);

    assertThat(errors(result))
        .containsExactly(
            "0 connection_refused", "1 destination_ip_unroutable", "2 connection_refused");
    assertThat(result.hop()).isEqualTo(route.hops().getLast());
    RouteFixture.assertDecided(result, result.failures().getLast());
    assertThat(result.tried()).isEqualTo(3);
  }

  @Test
  @DisplayName("C24: a hop that is this proxy ends the walk, whatever the route says")
  void aLoopEndsTheWalk() throws IOException {
    routes.dials.own.add(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 3128));
    HostPort good = open(routes.dials.listen("127.0.0.1"));

    DialResult result =
        routes.walk(routes.dialer(routes.options), route(ANY, target("127.0.0.1", 3128), good));

    assertThat(errors(result)).containsExactly("0 proxy_loop_detected");
  }

  @Test
  void aParentThatDoesNotAllowTheTargetEndsTheWalk() throws IOException {
    ScriptedParent parent = routes.dials.keep(ScriptedParent.answering("HTTP/1.1 403 X\r\n\r\n"));
    HostPort good = open(routes.dials.listen("127.0.0.1"));
    RouteDialer dialer =
        routes.dialer(routes.options.with(ConfigurationKey.PARENTS, Map.of("p", parent.http())));

    DialResult result =
        routes.walk(
            dialer,
            new Route(
                List.of(new Hop(0, good, "p", Set.of()), new Hop(1, good, null, Set.of())), ANY));

    assertThat(errors(result)).containsExactly("0 http_request_denied");
  }

  @Test
  void theSameTargetMayBeReachedThroughAParent() throws IOException {
    ScriptedParent parent = routes.dials.keep(ScriptedParent.answering("HTTP/1.1 200 X\r\n\r\n"));
    HostPort refusing = refusing();
    RouteDialer dialer =
        routes.dialer(routes.options.with(ConfigurationKey.PARENTS, Map.of("p", parent.http())));

    DialResult result =
        routes.walk(
            dialer,
            new Route(
                List.of(new Hop(0, refusing, null, Set.of()), new Hop(1, refusing, "p", Set.of())),
                ANY));

    assertThat(result).isInstanceOf(DialResult.Connected.class);
    assertThat(result.hop().via()).isEqualTo("p");
  }

  @Test
  void theWholeWalkHasABound() throws IOException {
    HostPort deaf = target("127.0.0.1", routes.dials.deafPort());
    RouteDialer dialer = routes.dialer(routes.options);
    List<HostPort> many = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      many.add(deaf);
    }

    long start = System.nanoTime();
    DialResult result = routes.walk(dialer, route(ANY, many.toArray(HostPort[]::new)));
    Duration took = Duration.ofNanos(System.nanoTime() - start);

    assertThat(dialer.walkTimeout()).isEqualTo(SHORT.multipliedBy(6));
    assertThat(took).isBetween(dialer.walkTimeout(), dialer.walkTimeout().multipliedBy(2));
    assertThat(errors(result).getLast()).endsWith(" connection_timeout");
    assertThat(result.tried()).isBetween(2, 7);
    assertThat(result.hop()).isEqualTo(result.failures().getLast().hop());
    DialResult.Failed last = result.failures().getLast();
    assertThat(last.details()).isEqualTo("no target answered in time (timeouts.connect)");
  }

  @Test
  @DisplayName("T19: a walk that is cancelled on any hop frees its socket and is not told")
  void cancelOnTheSecondHop() throws IOException {
    CompletableFuture<String> asked = new CompletableFuture<>();
    CompletableFuture<Integer> end = new CompletableFuture<>();
    ScriptedParent parent =
        routes.dials.keep(
            ScriptedParent.start(
                connection -> {
                  asked.complete(ScriptedParent.head(connection));
                  end.complete(ScriptedParent.endOf(connection));
                }));
    RouteDialer dialer =
        routes.dialer(
            routes.dials.options.with(ConfigurationKey.PARENTS, Map.of("p", parent.http())));
    HostPort refusing = refusing();
    Route route =
        new Route(
            List.of(new Hop(0, refusing, null, Set.of()), new Hop(1, refusing, "p", Set.of())),
            ANY);
    CompletableFuture<DialResult> told = new CompletableFuture<>();
    RouteDialer.Walk walk =
        routes.dials.onLoop(() -> dialer.dial(route, null, routes.dials.loop, told::complete));
    assertThat(DialFixture.await(asked)).isNotEmpty();

    routes.dials.runOnLoop(walk::cancel);

    assertThat(DialFixture.await(end)).isNegative();
    routes.dials.drainLoop();
    assertThat(told).isNotDone();
  }

  @Test
  @DisplayName("T19: a walk that is cancelled during a lookup is not told")
  void cancelDuringALookup() {
    routes.dials.dns.ignore("silent.test");
    RouteDialer dialer = routes.dialer(routes.dials.options);
    CompletableFuture<DialResult> told = new CompletableFuture<>();
    Route route = route(ANY, target("silent.test", 1), target("silent.test", 2));
    RouteDialer.Walk walk =
        routes.dials.onLoop(() -> dialer.dial(route, null, routes.dials.loop, told::complete));
    await().until(() -> !routes.dials.dns.asked().isEmpty());

    routes.dials.runOnLoop(walk::cancel);

    routes.dials.drainLoop();
    assertThat(told).isNotDone();
  }

  @Test
  void cancelAfterTheResultLeavesTheConnectionToItsReceiver() throws IOException {
    RouteDialer dialer = routes.dialer(routes.options);
    Route route = route(ANY, refusing(), open(routes.dials.listen("127.0.0.1")));
    CompletableFuture<DialResult> told = new CompletableFuture<>();
    RouteDialer.Walk walk =
        routes.dials.onLoop(() -> dialer.dial(route, null, routes.dials.loop, told::complete));
    DialResult.Connected connected = (DialResult.Connected) DialFixture.await(told);

    routes.dials.runOnLoop(walk::cancel);

    assertThat(connected.upstream().isActive()).isTrue();
    routes.dials.runOnLoop(() -> connected.upstream().close());
  }

  @Test
  void theResultIsToldAfterDialReturned() {
    RouteDialer dialer = routes.dialer(routes.options);
    CompletableFuture<DialResult> told = new CompletableFuture<>();

    boolean tooEarly =
        routes.dials.onLoop(
            () -> {
              dialer.dial(
                  route(ANY, target("x.invalid", 1)), null, routes.dials.loop, told::complete);
              return told.isDone();
            });

    assertThat(tooEarly).isFalse();
    assertThat(DialFixture.await(told).tried()).isEqualTo(1);
  }

  @Test
  void aReceiverThatThrowsLosesItsConnection() throws IOException {
    RouteDialer dialer = routes.dialer(routes.options);
    ServerSocket listener = routes.dials.listen("127.0.0.1");

    routes.dials.runOnLoop(
        () ->
            dialer.dial(
                route(ANY, open(listener)),
                null,
                routes.dials.loop,
                result -> {
                  throw new IllegalStateException("expected by the test");
                }));

    try (Socket accepted = listener.accept()) {
      accepted.setSoTimeout(10_000);
      assertThat(accepted.getInputStream().read()).isEqualTo(-1);
    }
  }

  @Test
  void onlyTheEventLoopMayDial() {
    RouteDialer dialer = routes.dialer(routes.options);

    assertThatIllegalStateException()
        .isThrownBy(
            () ->
                dialer.dial(
                    route(ANY, target("x.invalid", 1)), null, routes.dials.loop, result -> {}));
  }

  @Test
  void aRouteHasAHop() {
    assertThatIllegalArgumentException().isThrownBy(() -> route(ANY));
  }
}
