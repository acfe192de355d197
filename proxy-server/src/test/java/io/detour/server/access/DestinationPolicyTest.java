package io.detour.server.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.detour.core.AddressClass;
import io.detour.core.Subnet;
import java.net.InetAddress;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;
import org.junit.jupiter.params.provider.ValueSource;

class DestinationPolicyTest {
  @ParameterizedTest(name = "Q12: of {0} it is said that it is {1}, and how it can be allowed")
  @CsvSource({
    "127.0.0.1, loopback",
    "::1, loopback",
    "64:ff9b::127.0.0.1, loopback",
    "169.254.1.1, link_local",
    "169.254.169.254, metadata"
  })
  void anObjectionNamesTheClassAndTheKeys(String address, String word) {
    assertThat(objection(DestinationPolicy.defaults(), address, false)).isEqualTo(denied(word));
  }

  @Test
  void anObjectionNamesWhatDenies() {
    DestinationPolicy link =
        new DestinationPolicy(
            EnumSet.allOf(AddressClass.class),
            List.of(subnet("10.0.0.0/8")),
            Set.of(AddressClass.LINK_LOCAL),
            List.of());

    assertThat(objection(link, "169.254.1.1", false)).isNull();
    assertThat(objection(link, "169.254.1.1", true)).isEqualTo(denied("self"));
    assertThat(objection(link, "10.0.0.1", false))
        .isEqualTo("the target's address is not allowed (access.destinations)");
  }

  private static @Nullable String objection(
      DestinationPolicy policy, String address, boolean onThisMachine) {
    return policy.objection(InetAddress.ofLiteral(address), onThisMachine, Set.of());
  }

  private static String denied(String word) {
    return "the target's address is not allowed: "
        + word
        + " is denied by access.destinations; a target may allow it: targets: [{ to: ..., allow: ["
        + word
        + "] }]";
  }

  @ParameterizedTest(name = "W05: {0} is denied by default")
  @ValueSource(
      strings = {
        "127.0.0.1",
        "::1",
        "169.254.1.1",
        "fe80::1",
        "224.0.0.1",
        "255.255.255.255",
        "0.0.0.0",
        "::",
        "169.254.169.254",
        "fd00:ec2::254",
        "64:ff9b::127.0.0.1",
        "2002:7f00:1::1",
      })
  void everyClassIsDeniedByDefault(String address) {
    assertThat(permits(DestinationPolicy.defaults(), address)).isFalse();
  }

  @ParameterizedTest(name = "{0} is permitted by default")
  @ValueSource(strings = {"192.0.2.1", "10.0.0.1", "2001:db8::1", "64:ff9b::192.0.2.1"})
  void addressesOfNoClassArePermitted(String address) {
    assertThat(permits(DestinationPolicy.defaults(), address)).isTrue();
  }

  @ParameterizedTest(name = "W05: a target that allows {0} is not denied that class, and no other")
  @EnumSource(mode = Mode.EXCLUDE, names = "SELF")
  void aTargetAllowsAClass(AddressClass allowed) {
    Set<AddressClass> others = EnumSet.complementOf(EnumSet.of(allowed));
    InetAddress address = InetAddress.ofLiteral(example(allowed));

    assertThat(DestinationPolicy.defaults().objection(address, false, Set.of(allowed))).isNull();
    assertThat(DestinationPolicy.defaults().objection(address, false, others)).isNotNull();
  }

  private static String example(AddressClass in) {
    return switch (in) {
      case LOOPBACK -> "127.0.0.1";
      case LINK_LOCAL -> "169.254.1.1";
      case MULTICAST -> "224.0.0.1";
      case UNSPECIFIED -> "0.0.0.0";
      case METADATA -> "169.254.169.254";
      case SELF -> throw new IllegalArgumentException("no address is SELF by itself");
    };
  }

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource({
    "10.1.2.3,           false",
    "64:ff9b::10.1.2.3,  false",
    "2002:a01:203::1,    false",
    "10.1.9.9,           true",
    "64:ff9b::10.1.9.9,  true",
    "11.0.0.1,           true",
    "127.0.0.1,          true",
    "169.254.1.1,        false",
    "2001:db8::1,        false",
    "2001:db8::5,        true",
  })
  void whatIsAllowedBeatsWhatIsDenied(String address, boolean permitted) {
    DestinationPolicy policy =
        new DestinationPolicy(
            EnumSet.allOf(AddressClass.class),
            List.of(subnet("10.0.0.0/8"), subnet("2001:db8::/32")),
            Set.of(AddressClass.LOOPBACK),
            List.of(subnet("10.1.9.0/24"), subnet("2001:db8::5")));

    assertThat(permits(policy, address)).isEqualTo(permitted);
  }

  @Test
  void everythingIsPermittedWhereNothingIsDenied() {
    assertThat(permits(DestinationPolicy.everything(), "169.254.169.254")).isTrue();
  }

  @Test
  void anAddressOfThisMachineIsSelfUnlessItIsALoopbackAddress() {
    InetAddress own = InetAddress.ofLiteral("10.99.0.1");
    InetAddress link = InetAddress.ofLiteral("fe80::1");
    InetAddress loopback = InetAddress.ofLiteral("127.0.0.1");
    DestinationPolicy usual = DestinationPolicy.defaults();

    assertThat(usual.objection(own, false, Set.of())).isNull();
    assertThat(usual.objection(own, true, Set.of())).isNotNull();
    assertThat(usual.objection(own, true, Set.of(AddressClass.SELF))).isNull();
    assertThat(usual.objection(own, true, Set.of(AddressClass.LOOPBACK))).isNotNull();
    assertThat(usual.objection(link, true, Set.of(AddressClass.LINK_LOCAL))).isNotNull();
    assertThat(usual.objection(link, false, Set.of(AddressClass.LINK_LOCAL))).isNull();
    assertThat(usual.objection(link, true, Set.of(AddressClass.SELF))).isNotNull();
    assertThat(usual.objection(link, true, Set.of(AddressClass.LINK_LOCAL, AddressClass.SELF)))
        .isNull();
    assertThat(usual.objection(loopback, true, Set.of(AddressClass.LOOPBACK))).isNull();
    assertThat(usual.objection(loopback, true, Set.of(AddressClass.SELF))).isNotNull();
    assertThat(DestinationPolicy.everything().objection(own, true, Set.of())).isNull();
  }

  private static boolean permits(DestinationPolicy policy, String address) {
    return objection(policy, address, false) == null;
  }

  private static Subnet subnet(String text) {
    return Subnet.parse(text).orElseThrow();
  }
}
