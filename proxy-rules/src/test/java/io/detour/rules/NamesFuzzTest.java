package io.detour.rules;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.detour.core.Host;
import io.detour.core.HostPort;
import io.detour.core.Parsed;
import io.detour.rules.host.Captures;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** W01, W03, W04: whatever is asked for and captured, a host is canonical or refused. */
@Timeout(10)
class NamesFuzzTest {
  private static final String CHARACTERS = "abcdefghijklmnopqrstuvwxyz0123456789-_.:";

  /** As many as a placeholder can name. */
  private static final int MAX_GROUPS = 1000;

  @ParameterizedTest(name = "W01 W03 W04 {0}")
  @MethodSource("corpus")
  void replay(byte[] input) {
    aHostIsCanonicalOrRefused(input);
  }

  static List<Named<byte[]>> corpus() {
    return FuzzCorpus.of(NamesFuzzTest.class);
  }

  /**
   * @param input UTF-8: on each line a host with or without a port; the first is also taken for the
   *     target of a rule, the others for what fills its placeholders
   */
  @FuzzTest(maxDuration = "")
  void aHostIsCanonicalOrRefused(byte[] input) {
    String[] lines = new String(input, StandardCharsets.UTF_8).split("\n", -1);
    for (String line : lines) {
      if (Host.parse(line) instanceof Parsed.Value(Host host)) {
        assertCanonical(host);
      }
      if (HostPort.parse(line) instanceof Parsed.Value(HostPort hostPort)) {
        assertCanonical(hostPort);
      }
      if (HostPort.parse(line, 443) instanceof Parsed.Value(HostPort hostPort)) {
        assertCanonical(hostPort);
      }
    }
    if (Target.parse(lines[0]) instanceof Parsed.Value(Target target)) {
      assertRewrites(target.host(), lines);
    }
  }

  /** A template is filled only with what it has places for. */
  private static void assertRewrites(HostRewrite rewrite, String[] lines) {
    String text = rewrite.toString();
    boolean prefix = text.contains("{prefix}");
    boolean groups = text.replace("{prefix}", "").contains("{");
    if (groups && !prefix) {
      List<String> texts = new ArrayList<>();
      for (int i = 0; i < MAX_GROUPS; i++) {
        texts.add(lines[i % lines.length]);
      }
      assertRewrite(rewrite, new Captures.Groups(texts));
    } else if (!groups) {
      for (String line : lines) {
        assertRewrite(rewrite, new Captures.Prefix(line));
      }
    }
  }

  private static void assertRewrite(HostRewrite rewrite, Captures captures) {
    if (rewrite.apply(Hosts.host("asked.test"), captures) instanceof Parsed.Value(Host host)) {
      assertCanonical(host);
    }
  }

  private static void assertCanonical(HostPort hostPort) {
    assertCanonical(hostPort.host());
    require(HostPort.parse(hostPort.toString()).equals(Parsed.of(hostPort)), hostPort);
    require(HostPort.isPort(hostPort.port()), hostPort);
  }

  private static void assertCanonical(Host host) {
    String name = host.name();
    require(!name.isEmpty() && name.length() <= Host.MAX_NAME && !name.endsWith("."), host);
    for (int i = 0; i < name.length(); i++) {
      require(CHARACTERS.indexOf(name.charAt(i)) >= 0, host);
    }
    require((host.kind() == Host.Kind.IPV6) == name.contains(":"), host);
    require(Host.parse(name) instanceof Parsed.Value(Host again) && same(again, host), host);
    require(HostPort.parse(host.bracketed(), 1).equals(Parsed.of(new HostPort(host, 1))), host);
  }

  private static boolean same(Host one, Host other) {
    return one.equals(other) && one.kind() == other.kind();
  }

  /** AssertJ would take most of the time of a million inputs. */
  private static void require(boolean holds, Object parsed) {
    if (!holds) {
      throw new AssertionError(parsed + " is not canonical");
    }
  }
}
