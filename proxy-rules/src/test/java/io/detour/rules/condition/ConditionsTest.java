package io.detour.rules.condition;

import static io.detour.rules.Hosts.address;
import static io.detour.rules.Hosts.asked;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.detour.core.Address;
import io.detour.core.Parsed;
import io.detour.core.Subnet;
import io.detour.rules.condition.Conditions.Rollout;
import io.detour.rules.condition.Conditions.SkipReason;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConditionsTest {
  private static final Conditions SCOPE =
      new Conditions(
          List.of(new PortRange(443, 443), new PortRange(8000, 8099)),
          List.of(
              Subnet.parse("10.20.0.0/16").orElseThrow(),
              Subnet.parse("2001:db8::/32").orElseThrow()),
          Set.of("anna", "ben"),
          Rollout.EVERYBODY);

  @ParameterizedTest(name = "port {0}, client {1}, user {2}: {3}")
  @CsvSource({
    "443,  10.20.1.9,    anna, ",
    "8000, 2001:db8::9,  ben,  ",
    "8099, 10.20.1.9,    anna, ",
    "8100, 10.20.1.9,    anna, PORT",
    "80,   10.21.1.9,    carl, PORT",
    "443,  10.21.1.9,    anna, CLIENT",
    "443,  ,             anna, CLIENT",
    "443,  10.20.1.9,    carl, USER",
    "443,  10.20.1.9,    ,     USER",
  })
  void everythingThatIsSaidMustHold(
      int port, @Nullable String client, @Nullable String user, @Nullable SkipReason obstacle) {
    Request request =
        new Request(
            asked("h:" + port), client == null ? null : address(client), user, Request.NO_TIME);

    assertThat(SCOPE.obstacle(request, "erp")).isEqualTo(obstacle);
  }

  @Test
  void saysNothingAboutAnybodyUnlessItDoes() {
    assertThat(Conditions.ANY.obstacle(Request.of(asked("h:1"), 0), "erp")).isNull();
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(strings = {"443", "1-65535", "8000-8099", "80-80"})
  void readsPorts(String text) {
    assertThat(PortRange.parse(text)).isInstanceOf(Parsed.Value.class);
  }

  @ParameterizedTest(name = "\"{0}\" is no port")
  @ValueSource(
      strings = {
        "", "0", "0443", "1-08", "65536", "99999", "-1", "+80", "8.0", "80-", "-80", "90-80",
        "80--90", "x"
      })
  void refusesOtherPorts(String text) {
    assertThat(PortRange.parse(text))
        .isEqualTo(
            Parsed.malformed(
                "port: \"" + text + "\" (expected: 1..65535, or a range like 8000-8099)"));
  }

  @Test
  void aRolloutHasAboutItsPartOfTheClients() {
    for (int percent : new int[] {1, 25, 50, 99}) {
      Rollout rollout = new Rollout(percent);
      long in = IntStream.range(0, 65536).filter(i -> rollout.includes(client(i), "erp")).count();

      assertThat(in * 100.0 / 65536).isBetween(percent - 1.0, percent + 1.0);
    }
  }

  @Test
  void aLargerRolloutOnlyAddsClients() {
    for (int i = 0; i < 2000; i++) {
      boolean before = false;
      for (int percent = 0; percent <= 100; percent++) {
        boolean in = new Rollout(percent).includes(client(i), "erp");
        assertThat(in || !before).as("client %d at %d %%", i, percent).isTrue();
        before = in;
      }
      assertThat(before).isTrue();
      assertThat(new Rollout(0).includes(client(i), "erp")).isFalse();
    }
  }

  @Test
  void rolloutsOfTwoRulesHaveDifferentClients() {
    Rollout half = new Rollout(50);
    long both =
        IntStream.range(0, 10_000)
            .filter(i -> half.includes(client(i), "erp") && half.includes(client(i), "crm"))
            .count();

    assertThat(both).isBetween(2_300L, 2_700L);
  }

  /** Written down, because a client must stay in or out over restarts and versions. */
  @ParameterizedTest(name = "{0} of rule {1}: from {2} %")
  @CsvSource({
    "10.20.1.9,    erp, 38",
    "10.20.1.10,   erp, 70",
    "2001:db8::9,  erp, 41",
    "2001:db8::8,  erp, 41",
    "10.20.1.9,    crm, 60",
    ",             erp, 87",
  })
  void theShareOfAClientNeverChanges(@Nullable String client, String rule, int least) {
    Address address = client == null ? null : address(client);

    assertThat(new Rollout(least).includes(address, rule)).isTrue();
    assertThat(new Rollout(least - 1).includes(address, rule)).isFalse();
  }

  @Test
  void refusesOtherPercentages() {
    assertThatThrownBy(() -> new Rollout(101)).hasMessage("percent: 101 (expected: 0..100)");
    assertThatThrownBy(() -> new Rollout(-1)).hasMessage("percent: -1 (expected: 0..100)");
  }

  private static Address client(int number) {
    return address("10.20." + (number >> 8) + '.' + (number & 0xff));
  }
}
