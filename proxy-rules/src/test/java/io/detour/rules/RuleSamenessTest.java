package io.detour.rules;

import static org.assertj.core.api.Assertions.assertThat;

import io.detour.core.Host;
import io.detour.rules.Rule.LogLevel;
import io.detour.rules.condition.Conditions;
import io.detour.rules.condition.Conditions.Rollout;
import io.detour.rules.condition.Lifetime;
import io.detour.rules.condition.Lifetime.Expiry;
import io.detour.rules.condition.Lifetime.OnExpiry;
import io.detour.rules.host.HostMatcher;
import java.lang.reflect.RecordComponent;
import java.time.LocalDate;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Which components of a rule make it say something else: all but its name and its place. */
class RuleSamenessTest {
  private static final Set<String> NAME_AND_PLACE =
      Set.of("name", "index", "file", "line", "column");

  private static final Rule ONE =
      new Rule(
          "a",
          0,
          "a.yaml",
          1,
          1,
          List.of(new HostMatcher.Exact(host("a.test"))),
          Conditions.ANY,
          Lifetime.ALWAYS,
          new Outcome.Pass(),
          Mode.ENFORCE,
          new Rule.Log(LogLevel.OFF, null),
          Rule.Notes.NONE);

  private static final Rule OTHER =
      new Rule(
          "b",
          1,
          "b.yaml",
          2,
          2,
          List.of(new HostMatcher.Exact(host("b.test"))),
          new Conditions(List.of(), List.of(), Set.of("anna"), Rollout.EVERYBODY),
          new Lifetime(new Expiry(LocalDate.EPOCH, 0, OnExpiry.WARN), null),
          new Outcome.Rewrite(
              List.of(
                  new Target(new HostRewrite.Original(), OptionalInt.empty(), Target.Way.DIRECT)),
              Fallback.DEFAULT,
              HostHeader.REWRITE),
          Mode.REPORT,
          new Rule.Log(LogLevel.WARN, null),
          new Rule.Notes("netops", null, null));

  @ParameterizedTest(name = "{0}")
  @MethodSource("components")
  void everyComponentButNameAndPlaceCounts(RecordComponent component) throws Exception {
    Rule changed = withComponentOfOther(component);

    assertThat(changed).isNotEqualTo(ONE);
    assertThat(ONE.saysTheSame(changed)).isEqualTo(NAME_AND_PLACE.contains(component.getName()));
  }

  static List<RecordComponent> components() {
    return List.of(Rule.class.getRecordComponents());
  }

  private static Rule withComponentOfOther(RecordComponent changed) throws Exception {
    List<RecordComponent> components = components();
    Class<?>[] types = new Class<?>[components.size()];
    Object[] values = new Object[components.size()];
    for (int i = 0; i < types.length; i++) {
      RecordComponent component = components.get(i);
      types[i] = component.getType();
      values[i] =
          component
              .getAccessor()
              .invoke(component.getName().equals(changed.getName()) ? OTHER : ONE);
    }
    return Rule.class.getDeclaredConstructor(types).newInstance(values);
  }

  private static Host host(String name) {
    return Host.parse(name).orElseThrow();
  }
}
