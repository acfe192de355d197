package io.detour.server.dial;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OwnAddressesTest {
  private final OwnAddresses own = new OwnAddresses();

  @ParameterizedTest(name = "C24: a listener on {0} does not own {1}")
  @CsvSource({
    "127.0.0.1, 127.0.0.2",
    "127.0.0.1, ::",
    "::1,       127.0.0.1",
    "::1,       0.0.0.0",
    "0.0.0.0,   203.0.113.250",
    "::,        2001:db8::250",
  })
  void otherAddressesAreNotOwned(String listening, String dialled) {
    own.add(socket(listening, 3128));

    assertThat(own.contains(socket(dialled, 3128))).isFalse();
  }

  @Test
  void anotherPortIsNotOwned() {
    own.add(socket("0.0.0.0", 3128));

    assertThat(own.contains(socket("127.0.0.1", 3129))).isFalse();
  }

  @Test
  void aWildcardListenerOwnsTheAddressesOfAllInterfaces() throws SocketException {
    own.add(socket("::", 3128));

    assertThat(NetworkInterface.networkInterfaces().flatMap(NetworkInterface::inetAddresses))
        .isNotEmpty()
        .allMatch(address -> own.contains(new InetSocketAddress(address, 3128)));
  }

  @Test
  void theAddressesOfAllInterfacesAreOnThisMachineAndOthersAreNot() throws SocketException {
    assertThat(NetworkInterface.networkInterfaces().flatMap(NetworkInterface::inetAddresses))
        .isNotEmpty()
        .allMatch(own::isOnThisMachine);
    assertThat(own.isOnThisMachine(InetAddress.ofLiteral("127.3.2.1"))).isTrue();
    assertThat(own.isOnThisMachine(InetAddress.ofLiteral("203.0.113.250"))).isFalse();
    assertThat(own.isOnThisMachine(InetAddress.ofLiteral("2001:db8::250"))).isFalse();
  }

  @Test
  void aListenerThatWasClosedIsForgotten() {
    own.add(socket("127.0.0.1", 3128));

    own.remove(socket("127.0.0.1", 3128));

    assertThat(own.contains(socket("127.0.0.1", 3128))).isFalse();
  }

  private static InetSocketAddress socket(String address, int port) {
    return new InetSocketAddress(InetAddress.ofLiteral(address), port);
  }
}
