package io.detour.server.dial;

import static io.detour.server.dial.DialFixture.closedPort;
import static io.detour.server.dial.DialFixture.target;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

import io.detour.core.HostPort;
import io.detour.rules.FallbackError;
import io.detour.rules.Hop;
import io.detour.rules.Route;
import io.detour.server.dial.RouteResult.FailedHop;
import io.netty.handler.codec.dns.DnsResponseCode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The walk over the targets of a rule, and what it remembers. */
@Timeout(60)
class RouteDialerTest {
  private static final Set<FallbackError> ANY = EnumSet.allOf(FallbackError.class);
  private static final Duration SHORT = Duration.ofMillis(200);

  private final DialFixture fixture = new DialFixture();
  private final AtomicLong nanoTime = new AtomicLong(System.nanoTime());
  private final DialOptions options =
      fixture.options.withConnectTimeout(SHORT).withDnsTimeout(SHORT);

  @AfterEach
  void close() throws Exception {
    fixture.close();
  }

  @Test
  void theFirstHopThatAnswersIsConnected() throws IOException {
    ServerSocket good = fixture.listen("127.0.0.1");
    Route route = route(ANY, open(good), open(good));

    RouteResult result = walk(dialer(options), route);

    assertThat(result.result()).isInstanceOf(DialResult.Connected.class);
    assertThat(result.hop()).isEqualTo(route.hops().getFirst());
    assertThat(result.failures()).isEmpty();
    assertThat(result.tried()).isEqualTo(1);
    assertThat(result.dnsNanos()).isZero();
    assertThat(result.connectNanos()).isPositive();
  }

  @ParameterizedTest(name = "{0} leads to the next hop if the route says so, and only then")
  @EnumSource(FallbackError.class)
  void anErrorOfTheSetLeadsToTheNextHop(FallbackError error) throws IOException {
    HostPort good = open(fixture.listen("127.0.0.1"));
    ScriptedParent parent = failingParent(error);
    RouteDialer dialer =
        dialer(options.withParents(Map.of("p", parent == null ? http(good) : parent.http())));
    List<Hop> hops =
        List.of(hop(0, failing(error), parent == null ? null : "p"), hop(1, good, null));

    RouteResult fellBack = walk(dialer, new Route(hops, Set.of(error)));
    dialer.forget();
    RouteResult ended = walk(dialer, new Route(hops, EnumSet.complementOf(EnumSet.of(error))));

    assertThat(fellBack.result()).isInstanceOf(DialResult.Connected.class);
    assertThat(fellBack.hop()).isEqualTo(hops.get(1));
    assertThat(fellBack.tried()).isEqualTo(2);
    assertThat(errors(fellBack)).containsExactly("0 " + error.token());
    assertThat(fellBack.connectNanos()).isGreaterThanOrEqualTo(fellBack.result().connectNanos());
    assertThat(ended.hop()).isEqualTo(hops.getFirst());
    assertThat(ended.tried()).isEqualTo(1);
    assertThat(errors(ended)).containsExactly("0 " + error.token());
    assertThat(ended.result()).isEqualTo(ended.failures().getFirst().failure());
  }

  /** A target that fails so, if it needs no parent to do so. */
  private HostPort failing(FallbackError error) throws IOException {
    return switch (error) {
      case DNS_ERROR -> {
        fixture.dns.fail("failing.test", DnsResponseCode.SERVFAIL);
        yield target("failing.test", 443);
      }
      case DNS_TIMEOUT -> {
        fixture.dns.ignore("failing.test");
        yield target("failing.test", 443);
      }
      case CONNECTION_REFUSED -> refusing();
      case CONNECTION_TIMEOUT -> target("127.0.0.1", fixture.deafPort());
      case DESTINATION_IP_UNROUTABLE -> target("224.0.0.1", 443);
      case CONNECTION_TERMINATED, DESTINATION_UNAVAILABLE -> target("failing.test", 443);
    };
  }

  /** A parent that fails so, if no target alone can; else null. */
  private @Nullable ScriptedParent failingParent(FallbackError error) throws IOException {
    return switch (error) {
      case CONNECTION_TERMINATED -> fixture.keep(ScriptedParent.answering(""));
      case DESTINATION_UNAVAILABLE ->
          fixture.keep(ScriptedParent.answering("HTTP/1.1 503 X\r\n\r\n"));
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

    RouteResult result = walk(dialer(options), route);

    assertThat(errors(result))
        .containsExactly(
            "0 connection_refused", "1 destination_ip_unroutable", "2 connection_refused");
    assertThat(result.hop()).isEqualTo(route.hops().getLast());
    assertThat(result.result()).isSameAs(result.failures().getLast().failure());
    assertThat(result.tried()).isEqualTo(3);
  }

  @Test
  @DisplayName("C24: a hop that is this proxy ends the walk, whatever the route says")
  void aLoopEndsTheWalk() throws IOException {
    fixture.own.add(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 3128));
    HostPort good = open(fixture.listen("127.0.0.1"));

    RouteResult result = walk(dialer(options), route(ANY, target("127.0.0.1", 3128), good));

    assertThat(errors(result)).containsExactly("0 proxy_loop_detected");
  }

  @Test
  void aParentThatDoesNotAllowTheTargetEndsTheWalk() throws IOException {
    ScriptedParent parent = fixture.keep(ScriptedParent.answering("HTTP/1.1 403 X\r\n\r\n"));
    HostPort good = open(fixture.listen("127.0.0.1"));
    RouteDialer dialer = dialer(options.withParents(Map.of("p", parent.http())));

    RouteResult result =
        walk(dialer, new Route(List.of(hop(0, good, "p"), hop(1, good, null)), ANY));

    assertThat(errors(result)).containsExactly("0 http_request_denied");
  }

  @Test
  void theSameTargetMayBeReachedThroughAParent() throws IOException {
    ScriptedParent parent = fixture.keep(ScriptedParent.answering("HTTP/1.1 200 X\r\n\r\n"));
    HostPort refusing = refusing();
    RouteDialer dialer = dialer(options.withParents(Map.of("p", parent.http())));

    RouteResult result =
        walk(dialer, new Route(List.of(hop(0, refusing, null), hop(1, refusing, "p")), ANY));

    assertThat(result.result()).isInstanceOf(DialResult.Connected.class);
    assertThat(result.hop().via()).isEqualTo("p");
  }

  @Test
  void theWholeWalkHasABound() throws IOException {
    HostPort deaf = target("127.0.0.1", fixture.deafPort());
    RouteDialer dialer = dialer(options);
    List<HostPort> many = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      many.add(deaf);
    }

    long start = System.nanoTime();
    RouteResult result = walk(dialer, route(ANY, many.toArray(HostPort[]::new)));
    Duration took = Duration.ofNanos(System.nanoTime() - start);

    assertThat(dialer.walkTimeout()).isEqualTo(SHORT.multipliedBy(6));
    assertThat(took).isBetween(dialer.walkTimeout(), dialer.walkTimeout().multipliedBy(2));
    assertThat(errors(result).getLast()).endsWith(" connection_timeout");
    assertThat(result.tried()).isBetween(2, 7);
    assertThat(result.hop()).isEqualTo(result.failures().getLast().hop());
    DialResult.Failed last = result.failures().getLast().failure();
    assertThat(last.details()).isEqualTo("no target answered in time");
  }

  @Test
  void aWalkBeginsWithTheHopThatWorkedLast() throws IOException {
    HostPort good = open(fixture.listen("127.0.0.1"));
    Route route = route(ANY, refusing(), refusing(), good);
    RouteDialer dialer = dialer(options);
    assertThat(walk(dialer, route).tried()).isEqualTo(3);

    RouteResult again = walk(dialer, route(ANY, route.hops()));

    assertThat(again.hop()).isEqualTo(route.hops().getLast());
    assertThat(again.tried()).isEqualTo(1);
    assertThat(walk(dialer, route(ANY, refusing(), good)).tried()).isEqualTo(2);
  }

  @Test
  void theMemoryIsNotProlongedByItsUse() throws IOException {
    Route route = route(ANY, refusing(), open(fixture.listen("127.0.0.1")));
    RouteDialer dialer = dialer(options);
    walk(dialer, route);

    nanoTime.addAndGet(LastGoodHops.KEPT.toNanos() - 1);
    assertThat(walk(dialer, route).tried()).isEqualTo(1);
    nanoTime.addAndGet(1);
    assertThat(walk(dialer, route).tried()).isEqualTo(2);
    assertThat(walk(dialer, route).tried()).isEqualTo(1);
  }

  @Test
  void theFirstHopIsUsedAgainWhenItAnswers() throws IOException {
    HostPort first = refusing();
    Route route = route(ANY, first, open(fixture.listen("127.0.0.1")));
    RouteDialer dialer = dialer(options);
    walk(dialer, route);
    listenAgain(first);

    nanoTime.addAndGet(LastGoodHops.KEPT.toNanos());
    RouteResult later = walk(dialer, route);
    RouteResult next = walk(dialer, route);

    assertThat(later.hop()).isEqualTo(route.hops().getFirst());
    assertThat(next.hop()).isEqualTo(route.hops().getFirst());
  }

  @Test
  void whenTheRememberedHopFailsTheWalkStartsOverWithoutIt() throws IOException {
    ServerSocket second = fixture.listen("127.0.0.1");
    HostPort third = refusing();
    Route route = route(ANY, refusing(), open(second), third);
    RouteDialer dialer = dialer(options);
    walk(dialer, route);
    fixture.closeUpstreams();
    second.close();
    listenAgain(third);

    RouteResult result = walk(dialer, route);

    assertThat(result.hop()).isEqualTo(route.hops().getLast());
    assertThat(errors(result)).containsExactly("1 connection_refused", "0 connection_refused");
    assertThat(walk(dialer, route).tried()).as("the third is remembered now").isEqualTo(1);
  }

  @Test
  void whatTheRememberedHopMetCountsWhenItsTurnComes() throws IOException {
    ServerSocket second = fixture.listen("127.0.0.1");
    HostPort third = refusing();
    Route route =
        route(
            Set.of(FallbackError.DESTINATION_IP_UNROUTABLE),
            target("224.0.0.1", 443),
            open(second),
            third);
    RouteDialer dialer = dialer(options);
    walk(dialer, route);
    fixture.closeUpstreams();
    second.close();
    listenAgain(third);

    RouteResult result = walk(dialer, route);

    assertThat(errors(result))
        .containsExactly("1 connection_refused", "0 destination_ip_unroutable");
    assertThat(result.hop()).isEqualTo(route.hops().get(1));
    assertThat(result.result()).isSameAs(result.failures().getFirst().failure());
  }

  @Test
  void aRememberedHopThatIsThisProxyEndsTheWalk() throws IOException {
    ServerSocket second = fixture.listen("127.0.0.1");
    HostPort first = refusing();
    Route route = route(ANY, first, open(second));
    RouteDialer dialer = dialer(options);
    walk(dialer, route);
    listenAgain(first);
    fixture.own.add((InetSocketAddress) second.getLocalSocketAddress());

    assertThat(errors(walk(dialer, route))).containsExactly("1 proxy_loop_detected");
    assertThat(walk(dialer, route).hop()).isEqualTo(route.hops().getFirst());
  }

  @Test
  void newRulesStartWithoutMemory() throws IOException {
    Route route = route(ANY, refusing(), open(fixture.listen("127.0.0.1")));
    RouteDialer dialer = dialer(options);
    walk(dialer, route);

    dialer.forget();

    assertThat(walk(dialer, route).tried()).isEqualTo(2);
  }

  @Test
  @DisplayName("T19: a walk that is cancelled on any hop frees its socket and is not told")
  void cancelOnTheSecondHop() throws IOException {
    CompletableFuture<String> asked = new CompletableFuture<>();
    CompletableFuture<Integer> end = new CompletableFuture<>();
    ScriptedParent parent =
        fixture.keep(
            ScriptedParent.start(
                connection -> {
                  asked.complete(ScriptedParent.head(connection));
                  end.complete(ScriptedParent.endOf(connection));
                }));
    RouteDialer dialer = dialer(fixture.options.withParents(Map.of("p", parent.http())));
    HostPort refusing = refusing();
    Route route = new Route(List.of(hop(0, refusing, null), hop(1, refusing, "p")), ANY);
    CompletableFuture<RouteResult> told = new CompletableFuture<>();
    Dial walk = fixture.onLoop(() -> dialer.dial(route, fixture.loop, told::complete));
    assertThat(DialFixture.await(asked)).isNotEmpty();

    fixture.runOnLoop(walk::cancel);

    assertThat(DialFixture.await(end)).isNegative();
    fixture.drainLoop();
    assertThat(told).isNotDone();
  }

  @Test
  @DisplayName("T19: a walk that is cancelled during a lookup is not told")
  void cancelDuringALookup() {
    fixture.dns.ignore("silent.test");
    RouteDialer dialer = dialer(fixture.options);
    CompletableFuture<RouteResult> told = new CompletableFuture<>();
    Route route = route(ANY, target("silent.test", 1), target("silent.test", 2));
    Dial walk = fixture.onLoop(() -> dialer.dial(route, fixture.loop, told::complete));
    await().until(() -> !fixture.dns.asked().isEmpty());

    fixture.runOnLoop(walk::cancel);

    fixture.drainLoop();
    assertThat(told).isNotDone();
  }

  @Test
  void cancelAfterTheResultLeavesTheConnectionToItsReceiver() throws IOException {
    RouteDialer dialer = dialer(options);
    Route route = route(ANY, refusing(), open(fixture.listen("127.0.0.1")));
    CompletableFuture<RouteResult> told = new CompletableFuture<>();
    Dial walk = fixture.onLoop(() -> dialer.dial(route, fixture.loop, told::complete));
    DialResult.Connected connected = (DialResult.Connected) DialFixture.await(told).result();

    fixture.runOnLoop(walk::cancel);

    assertThat(connected.upstream().isActive()).isTrue();
    fixture.runOnLoop(() -> connected.upstream().close());
  }

  @Test
  void theResultIsToldAfterDialReturned() {
    RouteDialer dialer = dialer(options);
    CompletableFuture<RouteResult> told = new CompletableFuture<>();

    boolean tooEarly =
        fixture.onLoop(
            () -> {
              dialer.dial(route(ANY, target("x.invalid", 1)), fixture.loop, told::complete);
              return told.isDone();
            });

    assertThat(tooEarly).isFalse();
    assertThat(DialFixture.await(told).tried()).isEqualTo(1);
  }

  @Test
  void onlyTheEventLoopMayDial() {
    RouteDialer dialer = dialer(options);

    assertThatIllegalStateException()
        .isThrownBy(
            () -> dialer.dial(route(ANY, target("x.invalid", 1)), fixture.loop, result -> {}));
  }

  @Test
  void aRouteHasAHop() {
    assertThatIllegalArgumentException().isThrownBy(() -> route(ANY));
  }

  private RouteDialer dialer(DialOptions with) {
    return new RouteDialer(fixture.dialer(with), nanoTime::get);
  }

  private RouteResult walk(RouteDialer dialer, Route route) {
    CompletableFuture<RouteResult> told = new CompletableFuture<>();
    fixture.runOnLoop(
        () ->
            dialer.dial(
                route,
                fixture.loop,
                result -> {
                  if (result.result() instanceof DialResult.Connected connected) {
                    connected.upstream().close();
                  }
                  assertThat(told.complete(result)).as("told once").isTrue();
                }));
    return DialFixture.await(told);
  }

  private static Route route(Set<FallbackError> fallbackOn, HostPort... addresses) {
    List<Hop> hops = new ArrayList<>();
    for (HostPort address : addresses) {
      hops.add(hop(hops.size(), address, null));
    }
    return new Route(hops, fallbackOn);
  }

  private static Route route(Set<FallbackError> fallbackOn, List<Hop> hops) {
    return new Route(new ArrayList<>(hops), fallbackOn);
  }

  private static HostPort open(ServerSocket listener) {
    return target("127.0.0.1", listener.getLocalPort());
  }

  private static HostPort refusing() throws IOException {
    return target("127.0.0.1", closedPort("127.0.0.1"));
  }

  private void listenAgain(HostPort address) throws IOException {
    fixture.keep(new ServerSocket(address.port(), 50, InetAddress.ofLiteral("127.0.0.1")));
  }

  private static Parent http(HostPort address) {
    return new Parent(Parent.Protocol.HTTP, address, null);
  }

  /** {@code 0 connection_refused} for each hop that failed. */
  private static List<String> errors(RouteResult result) {
    return result.failures().stream().map(RouteDialerTest::error).toList();
  }

  private static String error(FailedHop failed) {
    return failed.hop().target() + " " + failed.failure().error().type().token();
  }

  private static Hop hop(int target, HostPort address, @Nullable String via) {
    return new Hop(target, address, via, Set.of());
  }
}
