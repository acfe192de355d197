package io.detour.rules.lint;

import static org.assertj.core.api.Assertions.assertThat;

import io.detour.core.Address;
import io.detour.core.Host;
import io.detour.core.HostPort;
import io.detour.rules.Decision;
import io.detour.rules.Rule;
import io.detour.rules.RuleSet;
import io.detour.rules.condition.Request;
import io.detour.rules.file.RuleFiles;
import io.detour.rules.host.HostMatcher;
import io.detour.rules.lint.Claims.Claim;
import io.detour.rules.lint.Lint.Setting;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What lint says of random rules holds for random requests. */
class ShadowedRulesTest {
  private static final int RULES = 60;
  private static final int REQUESTS = 10_000;
  private static final String[] LABELS = {"a", "b", "c"};
  private static final String[] CLIENTS = {"10.0.0.1", "10.1.0.1", "192.0.2.1", "2001:db8::1"};
  private static final String[] SUBNETS = {"10.0.0.0/8", "10.1.0.0/16", "0.0.0.0/0", "::/0"};

  /** Expressions that begin so and go on with a label. */
  private static final String ENDING = "[ab.]+\\.";

  private static final String BELOW = ".+\\.";
  private static final LocalDate TODAY = LocalDate.of(2027, 3, 1);

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void aRuleThatIsCalledShadowedNeverDecides(long seed) {
    Random random = new Random(seed);
    RuleFiles.Loaded files = randomRules(random);
    Set<String> dead = new HashSet<>();
    Set<String> partlyDead = new HashSet<>();
    for (Finding finding : Lint.of(files, Setting.on(TODAY))) {
      switch (finding.code()) {
        case SHADOWED -> dead.add(finding.rule());
        case DUPLICATE ->
            (finding.message().startsWith("duplicate") ? dead : partlyDead).add(finding.rule());
        case HIDDEN_BY_REPORT ->
            (finding.message().startsWith("not enforced:") ? dead : partlyDead).add(finding.rule());
        case PARTLY_SHADOWED -> partlyDead.add(finding.rule());
        default -> {}
      }
    }
    assertThat(dead).isNotEmpty();

    RuleSet rules = files.rules();
    for (int i = 0; i < REQUESTS; i++) {
      Request request = randomRequest(random);
      Rule rule = rules.decide(request).rule();
      assertThat(rule == null ? "" : rule.name()).as("decides %s", request).isNotIn(dead);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {11, 12, 13, 14})
  void aMatcherThatIsCalledDeadNeverDecides(long seed) {
    Random random = new Random(seed);
    RuleSet set = randomRules(random).rules();
    Claims claims = new Claims(set);
    Set<String> dead = new HashSet<>();
    for (Rule rule : set.rules()) {
      for (HostMatcher matcher : rule.hosts()) {
        Claim by =
            claims.first(
                matcher, before -> before.index() < rule.index() && before.takesAllOf(rule));
        if (by != null) {
          dead.add(rule.name() + " " + matcher);
        }
      }
    }
    assertThat(dead).isNotEmpty();

    for (int i = 0; i < REQUESTS; i++) {
      Request request = randomRequest(random);
      if (set.decide(request) instanceof Decision.Ruled ruled) {
        assertThat(ruled.rule().name() + " " + ruled.matcher())
            .as("decides %s", request)
            .isNotIn(dead);
      }
    }
  }

  private static RuleFiles.Loaded randomRules(Random random) {
    StringBuilder text = new StringBuilder("version: 1\nrules:\n");
    for (int i = 0; i < RULES; i++) {
      text.append("- { name: r").append(i).append(", match: { host: { ");
      text.append(randomHosts(random)).append(" }").append(randomConditions(random)).append(" }");
      text.append(random.nextBoolean() ? ", action: pass" : ", action: rewrite, to: x.net");
      text.append(randomState(random)).append(" }\n");
    }
    return (RuleFiles.Loaded) RuleFiles.parse("r.yaml", text.toString(), ZoneOffset.UTC);
  }

  private static String randomHosts(Random random) {
    List<String> kinds = new ArrayList<>();
    int some = 1 + random.nextInt(7);
    if ((some & 1) != 0) {
      kinds.add("exact: [" + randomName(random) + ", " + randomName(random) + "]");
    }
    if ((some & 2) != 0 && random.nextInt(3) == 0) {
      kinds.add("suffix: [" + (random.nextBoolean() ? "." : "") + randomName(random) + "]");
    }
    if ((some & 4) != 0 || kinds.isEmpty()) {
      String label = LABELS[random.nextInt(3)];
      kinds.add(
          switch (random.nextInt(3)) {
            case 0 -> "regex: '" + label + "[ab.]*'";
            case 1 -> "regex: '" + ENDING + label + "'";
            default -> "regex: '" + BELOW + label + "'";
          });
    }
    return String.join(", ", kinds);
  }

  private static String randomName(Random random) {
    StringBuilder name = new StringBuilder(LABELS[random.nextInt(3)]);
    for (int labels = random.nextInt(4); labels > 0; labels--) {
      name.append('.').append(LABELS[random.nextInt(3)]);
    }
    return name.toString();
  }

  private static String randomConditions(Random random) {
    return switch (random.nextInt(6)) {
      case 0 -> ", port: [80, 442-443]";
      case 1 -> ", port: 443";
      case 2 -> ", client: " + quoted(SUBNETS[random.nextInt(SUBNETS.length)]);
      case 3 -> ", user: " + (random.nextBoolean() ? "ann" : "[ann, bob]");
      default -> "";
    };
  }

  private static String quoted(String text) {
    return "'" + text + "'";
  }

  private static String randomState(Random random) {
    return switch (random.nextInt(8)) {
      case 0 -> ", mode: off";
      case 1 -> ", mode: report";
      case 2 -> ", rollout: { percent: 50 }";
      case 3 -> ", expires: 2027-06-01, on_expiry: disable";
      case 4 -> ", expires: 2027-06-01, on_expiry: reject";
      default -> "";
    };
  }

  private static Request randomRequest(Random random) {
    int client = random.nextInt(CLIENTS.length + 1);
    String[] users = {"ann", "bob", "eve"};
    int user = random.nextInt(users.length + 1);
    long day = TODAY.plusDays(random.nextInt(200)).atStartOfDay(ZoneOffset.UTC).toEpochSecond();
    return new Request(
        new HostPort(Host.parse(randomName(random)).orElseThrow(), random.nextBoolean() ? 443 : 80),
        client == CLIENTS.length ? null : Address.of(Host.parse(CLIENTS[client]).orElseThrow()),
        user == users.length ? null : users[user],
        random.nextInt(4) == 0 ? Request.NO_TIME : day);
  }
}
