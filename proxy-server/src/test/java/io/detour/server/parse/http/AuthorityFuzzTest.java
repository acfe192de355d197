package io.detour.server.parse.http;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.detour.core.Host;
import io.detour.core.HostPort;
import io.detour.core.Parsed;
import java.net.Inet4Address;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** C04-C14: whatever stands for an authority, it is canonical or refused. */
@Timeout(10)
class AuthorityFuzzTest {
  private static final String CHARACTERS = "abcdefghijklmnopqrstuvwxyz0123456789-_.:[]";

  @ParameterizedTest(name = "C04-C14 {0}")
  @MethodSource("corpus")
  void replay(byte[] input) {
    anAuthorityIsCanonicalOrRefused(input);
  }

  static List<Named<byte[]>> corpus() {
    return FuzzCorpus.of(AuthorityFuzzTest.class);
  }

  /**
   * @param input ISO-8859-1: an authority as CONNECT, a URL and Host have it
   */
  @FuzzTest(maxDuration = "")
  void anAuthorityIsCanonicalOrRefused(byte[] input) {
    String text = new String(input, StandardCharsets.ISO_8859_1);
    if (HostPort.parse(text) instanceof Parsed.Value(HostPort asked)) {
      assertCanonical(asked);
      require(HostPort.parse(text, 1).equals(Parsed.of(asked)), asked);
    }
    if (HostPort.parse(text, 443) instanceof Parsed.Value(HostPort asked)) {
      assertCanonical(asked);
    }
    if (ForwardTarget.parse("GET", "http://" + text)
        instanceof Received.Complete(ForwardTarget target)) {
      assertCanonical(target.address());
      require(target.pathAndQuery().startsWith("/"), target);
    }
  }

  private static void assertCanonical(HostPort asked) {
    String text = asked.toString();
    for (int i = 0; i < text.length(); i++) {
      require(CHARACTERS.indexOf(text.charAt(i)) >= 0, asked);
    }
    require(asked.port() >= 1 && asked.port() <= 65535, asked);
    require(HostPort.parse(text).equals(Parsed.of(asked)), asked);
    require(HostPort.parse(text.toUpperCase(Locale.ROOT)).equals(Parsed.of(asked)), asked);
    require(asked.host().name().length() <= Host.MAX_NAME, asked);
    switch (asked.host().kind()) {
      case NAME -> require(!isAddressForPosix(asked.host().name()), asked);
      case IPV4 ->
          require(
              Inet4Address.ofLiteral(asked.host().name())
                  .getHostAddress()
                  .equals(asked.host().name()),
              asked);
      case IPV6 -> require(text.startsWith("["), asked);
    }
  }

  /** C11: what {@code inet_addr(3)} takes for an address, such as 0x7f.1. */
  private static boolean isAddressForPosix(String name) {
    try {
      Inet4Address.ofPosixLiteral(name);
      return true;
    } catch (IllegalArgumentException _) {
      return false;
    }
  }

  /** AssertJ would take most of the time of a million inputs. */
  private static void require(boolean holds, Object parsed) {
    if (!holds) {
      throw new AssertionError(parsed + " is not canonical");
    }
  }
}
