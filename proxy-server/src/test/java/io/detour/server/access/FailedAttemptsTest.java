package io.detour.server.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.detour.core.Address;
import io.detour.server.access.Authenticator.FailedAttempts;
import java.net.InetAddress;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("L07: only so many passwords are tried")
class FailedAttemptsTest {
  private static final Address CLIENT = address("192.0.2.1");

  private final AtomicLong nanoTime = new AtomicLong(Long.MAX_VALUE - 5);
  private final FailedAttempts failures = new FailedAttempts(nanoTime::get);

  @Test
  void tenMayFailAtOnceThenOneEverySixSeconds() {
    fail(FailedAttempts.BURST);

    assertThat(failures.take(CLIENT)).isEqualTo(Duration.ofSeconds(6));
    pass(Duration.ofSeconds(5));
    assertThat(failures.take(CLIENT)).isEqualTo(Duration.ofSeconds(1));
    pass(Duration.ofSeconds(1));
    fail(1);
    assertThat(failures.take(CLIENT)).isEqualTo(Duration.ofSeconds(6));
    pass(Duration.ofSeconds(60));
    fail(FailedAttempts.BURST);
    assertThat(failures.take(CLIENT)).isNotNull();
  }

  @Test
  void whatDidNotFailCountsForNothingAndResetsNothing() {
    for (int i = 0; i < 100; i++) {
      fail(1);
      failures.giveBack(CLIENT);
    }
    fail(FailedAttempts.BURST - 1);
    fail(1);
    failures.giveBack(CLIENT);
    fail(1);

    assertThat(failures.take(CLIENT)).isEqualTo(Duration.ofSeconds(6));
  }

  @Test
  void clientsDoNotCountForEachOther() {
    fail(FailedAttempts.BURST);

    assertThat(failures.take(address("192.0.2.2"))).isNull();
    assertThat(failures.take(FailedAttempts.client(null))).isNull();
  }

  @Test
  void theAddressesOfAnIpv6NetworkAreOneClient() {
    assertThat(FailedAttempts.client(address("2001:db8::1")))
        .isEqualTo(FailedAttempts.client(address("2001:db8::2:3:4:5")))
        .isNotEqualTo(FailedAttempts.client(address("2001:db8:0:1::1")));
    assertThat(FailedAttempts.client(address("192.0.2.1")))
        .isNotEqualTo(FailedAttempts.client(address("192.0.2.2")));
  }

  @Test
  void onlySoManyClientsAreRemembered() {
    for (int i = 0; i < FailedAttempts.MAX_CLIENTS + 100; i++) {
      assertThat(failures.take(new Address(0x2001, i))).isNull();
    }

    assertThat(failures.clients()).isEqualTo(FailedAttempts.MAX_CLIENTS);
  }

  @Test
  void aWaitIsNotEndedByWrongPasswordsOfManyOthers() {
    fail(FailedAttempts.BURST);
    for (int tries = 1; tries < FailedAttempts.BURST; tries++) {
      for (int i = 0; i < FailedAttempts.MAX_CLIENTS + 50; i++) {
        assertThat(failures.take(new Address(0x2001, i))).isNull();
      }
      assertThat(failures.take(CLIENT)).isEqualTo(Duration.ofSeconds(6));
    }
    pass(Duration.ofSeconds(6));
    fail(1);
  }

  @Test
  void whenAllHaveToWaitSoHasWhoIsNotKnown() {
    for (int i = 0; i < FailedAttempts.MAX_CLIENTS; i++) {
      for (int tries = 0; tries < FailedAttempts.BURST; tries++) {
        assertThat(failures.take(new Address(0x2001, i))).isNull();
      }
    }
    assertThat(failures.take(CLIENT)).isEqualTo(Duration.ofSeconds(6));
    for (int i = 0; i < FailedAttempts.MAX_CLIENTS; i++) {
      assertThat(failures.take(new Address(0x2001, i))).isNotNull();
    }

    pass(Duration.ofSeconds(6));
    fail(1);
    assertThat(failures.clients()).isEqualTo(FailedAttempts.MAX_CLIENTS);
  }

  private void fail(int times) {
    for (int i = 0; i < times; i++) {
      assertThat(failures.take(CLIENT)).isNull();
    }
  }

  private void pass(Duration time) {
    nanoTime.addAndGet(time.toNanos());
  }

  private static Address address(String text) {
    return Address.of(InetAddress.ofLiteral(text));
  }
}
