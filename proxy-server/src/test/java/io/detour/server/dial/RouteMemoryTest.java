package io.detour.server.dial;

import static io.detour.server.dial.DialFixture.target;
import static io.detour.server.dial.RouteFixture.ANY;
import static io.detour.server.dial.RouteFixture.errors;
import static io.detour.server.dial.RouteFixture.open;
import static io.detour.server.dial.RouteFixture.refusing;
import static io.detour.server.dial.RouteFixture.route;
import static org.assertj.core.api.Assertions.assertThat;

import io.detour.core.HostPort;
import io.detour.rules.FallbackError;
import io.detour.rules.Route;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a walk over the targets of a rule remembers of the last one. */
@Timeout(60)
class RouteMemoryTest {
  private final RouteFixture routes = new RouteFixture();

  @AfterEach
  void close() throws Exception {
    routes.close();
  }

  @Test
  void aWalkBeginsWithTheHopThatWorkedLast() throws IOException {
    HostPort good = open(routes.dials.listen("127.0.0.1"));
    Route route = route(ANY, refusing(), refusing(), good);
    RouteDialer dialer = routes.dialer(routes.options);
    assertThat(routes.walk(dialer, route).tried()).isEqualTo(3);

    DialResult again = routes.walk(dialer, route(ANY, route.hops()));

    assertThat(again.hop()).isEqualTo(route.hops().getLast());
    assertThat(again.tried()).isEqualTo(1);
    assertThat(routes.walk(dialer, route(ANY, refusing(), good)).tried()).isEqualTo(2);
  }

  @Test
  void theMemoryIsNotProlongedByItsUse() throws IOException {
    Route route = route(ANY, refusing(), open(routes.dials.listen("127.0.0.1")));
    RouteDialer dialer = routes.dialer(routes.options);
    routes.walk(dialer, route);

    routes.nanoTime.addAndGet(LastGoodHops.KEPT.toNanos() - 1);
    assertThat(routes.walk(dialer, route).tried()).isEqualTo(1);
    routes.nanoTime.addAndGet(1);
    assertThat(routes.walk(dialer, route).tried()).isEqualTo(2);
    assertThat(routes.walk(dialer, route).tried()).isEqualTo(1);
  }

  @Test
  void theFirstHopIsUsedAgainWhenItAnswers() throws IOException {
    HostPort first = refusing();
    Route route = route(ANY, first, open(routes.dials.listen("127.0.0.1")));
    RouteDialer dialer = routes.dialer(routes.options);
    routes.walk(dialer, route);
    routes.listenAgain(first);

    routes.nanoTime.addAndGet(LastGoodHops.KEPT.toNanos());
    DialResult later = routes.walk(dialer, route);
    DialResult next = routes.walk(dialer, route);

    assertThat(later.hop()).isEqualTo(route.hops().getFirst());
    assertThat(next.hop()).isEqualTo(route.hops().getFirst());
  }

  @Test
  void whenTheRememberedHopFailsTheWalkStartsOverWithoutIt() throws IOException {
    ServerSocket second = routes.dials.listen("127.0.0.1");
    HostPort third = refusing();
    Route route = route(ANY, refusing(), open(second), third);
    RouteDialer dialer = routes.dialer(routes.options);
    routes.walk(dialer, route);
    routes.dials.closeUpstreams();
    second.close();
    routes.listenAgain(third);

    DialResult result = routes.walk(dialer, route);

    assertThat(result.hop()).isEqualTo(route.hops().getLast());
    assertThat(errors(result)).containsExactly("1 connection_refused", "0 connection_refused");
    assertThat(routes.walk(dialer, route).tried()).as("the third is remembered now").isEqualTo(1);
  }

  @Test
  void whatTheRememberedHopMetCountsWhenItsTurnComes() throws IOException {
    ServerSocket second = routes.dials.listen("127.0.0.1");
    HostPort third = refusing();
    Route route =
        route(
            Set.of(FallbackError.DESTINATION_IP_UNROUTABLE),
            target("224.0.0.1", 443),
            open(second),
            third);
    RouteDialer dialer = routes.dialer(routes.options);
    routes.walk(dialer, route);
    routes.dials.closeUpstreams();
    second.close();
    routes.listenAgain(third);

    DialResult result = routes.walk(dialer, route);

    assertThat(errors(result))
        .containsExactly("1 connection_refused", "0 destination_ip_unroutable");
    assertThat(result.hop()).isEqualTo(route.hops().get(1));
    RouteFixture.assertDecided(result, result.failures().getFirst());
  }

  @Test
  void aRememberedHopThatIsThisProxyEndsTheWalk() throws IOException {
    ServerSocket second = routes.dials.listen("127.0.0.1");
    HostPort first = refusing();
    Route route = route(ANY, first, open(second));
    RouteDialer dialer = routes.dialer(routes.options);
    routes.walk(dialer, route);
    routes.listenAgain(first);
    routes.dials.own.add((InetSocketAddress) second.getLocalSocketAddress());

    assertThat(errors(routes.walk(dialer, route))).containsExactly("1 proxy_loop_detected");
    assertThat(routes.walk(dialer, route).hop()).isEqualTo(route.hops().getFirst());
  }

  @Test
  void newRulesStartWithoutMemory() throws IOException {
    Route route = route(ANY, refusing(), open(routes.dials.listen("127.0.0.1")));
    RouteDialer dialer = routes.dialer(routes.options);
    routes.walk(dialer, route);

    dialer.forget();

    assertThat(routes.walk(dialer, route).tried()).isEqualTo(2);
  }
}
