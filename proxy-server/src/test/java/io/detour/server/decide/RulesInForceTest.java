package io.detour.server.decide;

import static io.detour.server.decide.RuleTexts.parsed;
import static io.detour.server.decide.RuleTexts.rejecting;
import static io.detour.server.decide.RuleTexts.use;
import static org.assertj.core.api.Assertions.assertThat;

import io.detour.core.Direction;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class RulesInForceTest {
  private final RulesInForce rules = new RulesInForce(parsed(rejecting("a", "b")));

  @Test
  void aRuleIsUnusedAtFirst() {
    RuleUse use = use(rules, "a");

    assertThat(use.matches()).isZero();
    assertThat(use.lastMatchSecond()).isZero();
    assertThat(use.bytes(Direction.UPSTREAM)).isZero();
    assertThat(use.bytes(Direction.DOWNSTREAM)).isZero();
  }

  @Test
  @Tag("R01")
  void aSnapshotIsNotTouchedByAReplacement() {
    RuleSnapshot before = rules.current();

    rules.replace(parsed(rejecting("c")));

    assertThat(before.rules().rules()).extracting("name").containsExactly("a", "b");
    assertThat(rules.current().rules().rules()).extracting("name").containsExactly("c");
  }

  @Test
  @Tag("R01")
  void aRuleThatStaysGoesOnCountingWhereverItStandsNow() {
    RuleUse use = use(rules, "b");
    use.matched(100);
    use.relayed(7, 9);

    rules.replace(parsed(rejecting("x", "b", "y")));

    assertThat(use(rules, "b")).isSameAs(use);
    use.matched(101);
    assertThat(use(rules, "b").matches()).isEqualTo(2);
    assertThat(use(rules, "b").bytes(Direction.UPSTREAM)).isEqualTo(7);
    assertThat(use(rules, "b").bytes(Direction.DOWNSTREAM)).isEqualTo(9);
    assertThat(use(rules, "x").matches()).isZero();
  }

  @Test
  void aRuleThatComesBackBeginsAgain() {
    use(rules, "a").matched(100);

    rules.replace(parsed(rejecting("b")));
    rules.replace(parsed(rejecting("a", "b")));

    assertThat(use(rules, "a").matches()).isZero();
    assertThat(use(rules, "a").lastMatchSecond()).isZero();
  }

  @Test
  void theLastMatchIsTheLatestWhoeverCountsLast() {
    RuleUse use = use(rules, "a");
    use.matched(200);
    use.matched(199);

    assertThat(use.lastMatchSecond()).isEqualTo(200);
    assertThat(use.matches()).isEqualTo(2);
  }

  @Test
  @Tag("R01")
  void noMatchIsLostWhileThreadsCountAndRulesAreReplaced() throws InterruptedException {
    int each = 200_000;
    List<Thread> loops = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      loops.add(
          Thread.ofPlatform()
              .start(
                  () -> {
                    for (int n = 0; n < each; n++) {
                      use(rules, "b").matched(n);
                    }
                  }));
    }
    while (loops.stream().anyMatch(Thread::isAlive)) {
      rules.replace(parsed(rejecting("b")));
      rules.replace(parsed(rejecting("a", "b")));
    }
    for (Thread loop : loops) {
      loop.join();
    }

    assertThat(use(rules, "b").matches()).isEqualTo(3L * each);
    assertThat(use(rules, "b").lastMatchSecond()).isEqualTo(each - 1);
  }
}
