package io.detour.server.dial;

import static org.assertj.core.api.Assertions.assertThat;

import io.detour.server.dns.Ipv6;
import java.net.InetAddress;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AddressOrderTest {
  private final AtomicLong nanos = new AtomicLong();
  private final AddressMemory memory = new AddressMemory(nanos::get);
  private final AddressMemory.Port port = memory.of(443);

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
    AddressOrder order = AddressOrder.inTurn(use, port);
    order.add(parsed(addresses));

    assertThat(order.drain()).isEqualTo(parsed(inOrder));
  }

  @Test
  void whatComesLaterHasItsTurnToo() {
    AddressOrder queue = AddressOrder.inTurn(Ipv6.PREFER, port);
    queue.add(parsed("1.0.0.1 1.0.0.2 1.0.0.3"));

    InetAddress first = queue.next();
    queue.add(parsed("2:: 3::"));

    assertThat(first).isEqualTo(InetAddress.ofLiteral("1.0.0.1"));
    assertThat(Stream.of(queue.next(), queue.next(), queue.next(), queue.next()).toList())
        .isEqualTo(parsed("2:: 1.0.0.2 3:: 1.0.0.3"));
    assertThat(queue.isEmpty()).isTrue();
    assertThat(queue.next()).isNull();
  }

  @Test
  void anOrderThatWasGivenIsKept() {
    AddressOrder queue = AddressOrder.asGiven(port);
    queue.add(parsed("1.0.0.1 1.0.0.2 2:: 3::"));

    assertThat(Stream.of(queue.next(), queue.next(), queue.next(), queue.next()).toList())
        .isEqualTo(parsed("1.0.0.1 1.0.0.2 2:: 3::"));
  }

  @Test
  @Tag("Q07")
  void addressesOfOneFamilyAreFirstInTurn() {
    assertThat(firstOf("1.0.0.1 1.0.0.2 1.0.0.3")).isEqualTo("1.0.0.1");
    assertThat(firstOf("1.0.0.1 1.0.0.2 1.0.0.3")).isEqualTo("1.0.0.2");
    assertThat(firstOf("1.0.0.1 1.0.0.2 1.0.0.3")).isEqualTo("1.0.0.3");
    assertThat(firstOf("1.0.0.1 1.0.0.2 1.0.0.3")).isEqualTo("1.0.0.1");
  }

  @Test
  @Tag("Q07")
  void aDnsServerThatRotatesTooDoesNotUndoIt() {
    assertThat(firstOf("1.0.0.1 1.0.0.2")).isEqualTo("1.0.0.1");
    assertThat(firstOf("1.0.0.2 1.0.0.1")).isEqualTo("1.0.0.2");
    assertThat(firstOf("1.0.0.1 1.0.0.2")).isEqualTo("1.0.0.1");
    assertThat(firstOf("1.0.0.2 1.0.0.1")).isEqualTo("1.0.0.2");
  }

  @Test
  @Tag("Q07")
  void theFamilyThatComesFirstDoesSoInEveryTurn() {
    assertThat(firstOf("1.0.0.1 1.0.0.2 2:: 3::")).isEqualTo("2:0:0:0:0:0:0:0");
    assertThat(firstOf("1.0.0.1 1.0.0.2 2:: 3::")).isEqualTo("3:0:0:0:0:0:0:0");
    assertThat(firstOf("1.0.0.1 1.0.0.2 2::")).isEqualTo("2:0:0:0:0:0:0:0");
  }

  @Test
  @Tag("Q07")
  void anAddressThatFailedComesLastForAWhile() {
    port.ended(InetAddress.ofLiteral("1.0.0.1"), false);
    port.ended(InetAddress.ofLiteral("2::"), false);

    assertThat(drained("1.0.0.1 1.0.0.2 2:: 3::")).isEqualTo(parsed("3:: 1.0.0.2 1.0.0.1 2::"));

    nanos.addAndGet(AddressMemory.FAILED_KEPT.toNanos());
    assertThat(drained("1.0.0.1 2::")).isEqualTo(parsed("2:: 1.0.0.1"));
  }

  @Test
  @Tag("Q07")
  void anAddressThatAnswersIsForgivenAtOnce() {
    port.ended(InetAddress.ofLiteral("1.0.0.1"), false);
    port.ended(InetAddress.ofLiteral("1.0.0.1"), true);

    assertThat(drained("1.0.0.1 1.0.0.2")).isEqualTo(parsed("1.0.0.1 1.0.0.2"));
  }

  @Test
  @Tag("Q07")
  void whatFailsAtOnePortMayWorkAtAnother() {
    memory.of(80).ended(InetAddress.ofLiteral("1.0.0.1"), false);

    assertThat(drained("1.0.0.1 1.0.0.2")).isEqualTo(parsed("1.0.0.1 1.0.0.2"));
  }

  @Test
  @Tag("Q07")
  void anOrderThatWasGivenHasNoTurnsButAFailedAddressComesLast() {
    for (int i = 0; i < 2; i++) {
      AddressOrder order = AddressOrder.asGiven(port);
      order.add(parsed("1.0.0.1 1.0.0.2"));
      assertThat(order.next()).isEqualTo(InetAddress.ofLiteral("1.0.0.1"));
    }
    port.ended(InetAddress.ofLiteral("1.0.0.1"), false);

    AddressOrder order = AddressOrder.asGiven(port);
    order.add(parsed("1.0.0.1 1.0.0.2"));

    assertThat(order.drain()).isEqualTo(parsed("1.0.0.2 1.0.0.1"));
  }

  @Test
  @Tag("Q07")
  void theMemoryIsBounded() {
    for (int i = 0; i <= 2 * AddressMemory.MAX_ADDRESSES; i++) {
      InetAddress address =
          InetAddress.ofLiteral("10." + (i >> 16) + "." + (i >> 8 & 255) + "." + (i & 255));
      port.used(address);
      port.ended(address, false);
    }

    assertThat(memory.size()).isLessThanOrEqualTo(2 * AddressMemory.MAX_ADDRESSES);
  }

  private String firstOf(String addresses) {
    AddressOrder order = AddressOrder.inTurn(Ipv6.PREFER, port);
    order.add(parsed(addresses));
    InetAddress first = order.next();
    return first == null ? "none" : first.getHostAddress();
  }

  private List<InetAddress> drained(String addresses) {
    AddressOrder order = AddressOrder.inTurn(Ipv6.PREFER, port);
    order.add(parsed(addresses));
    return order.drain();
  }

  private static List<InetAddress> parsed(String addresses) {
    return Stream.of(addresses.split(" ", -1)).map(InetAddress::ofLiteral).toList();
  }
}
