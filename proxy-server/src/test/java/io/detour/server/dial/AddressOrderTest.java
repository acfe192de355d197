package io.detour.server.dial;

import static org.assertj.core.api.Assertions.assertThat;

import io.detour.server.dns.Ipv6;
import java.net.InetAddress;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AddressOrderTest {
  @ParameterizedTest(name = "D08: {0}: {1} in turn are {2}")
  @CsvSource({
    "PREFER, 1.0.0.1 1.0.0.2 2:: 3::,  2:: 1.0.0.1 3:: 1.0.0.2",
    "PREFER, 1.0.0.1 1.0.0.2 1.0.0.3 2::,  2:: 1.0.0.1 1.0.0.2 1.0.0.3",
    "PREFER, 1.0.0.1 2:: 3:: 4::,  2:: 1.0.0.1 3:: 4::",
    "PREFER, 1.0.0.1,  1.0.0.1",
    "PREFER, 2::,  2::",
    "AVOID,  2:: 3:: 1.0.0.1 1.0.0.2,  1.0.0.1 2:: 1.0.0.2 3::",
    "AVOID,  2:: 3::,  2:: 3::",
    "OFF,    1.0.0.1 1.0.0.2,  1.0.0.1 1.0.0.2",
  })
  void theFamiliesTakeTurns(Ipv6 use, String addresses, String inOrder) {
    AddressOrder order = AddressOrder.inTurn(use);
    parsed(addresses).forEach(order::add);

    assertThat(order.drain()).isEqualTo(parsed(inOrder));
  }

  @Test
  void whatComesLaterHasItsTurnToo() {
    AddressOrder queue = AddressOrder.inTurn(Ipv6.PREFER);
    parsed("1.0.0.1 1.0.0.2 1.0.0.3").forEach(queue::add);

    InetAddress first = queue.next();
    parsed("2:: 3::").forEach(queue::add);

    assertThat(first).isEqualTo(InetAddress.ofLiteral("1.0.0.1"));
    assertThat(Stream.of(queue.next(), queue.next(), queue.next(), queue.next()).toList())
        .isEqualTo(parsed("2:: 1.0.0.2 3:: 1.0.0.3"));
    assertThat(queue.isEmpty()).isTrue();
    assertThat(queue.next()).isNull();
  }

  @Test
  void anOrderThatWasGivenIsKept() {
    AddressOrder queue = AddressOrder.asGiven();
    parsed("1.0.0.1 1.0.0.2 2:: 3::").forEach(queue::add);

    assertThat(Stream.of(queue.next(), queue.next(), queue.next(), queue.next()).toList())
        .isEqualTo(parsed("1.0.0.1 1.0.0.2 2:: 3::"));
  }

  private static List<InetAddress> parsed(String addresses) {
    return Stream.of(addresses.split(" ", -1)).map(InetAddress::ofLiteral).toList();
  }
}
