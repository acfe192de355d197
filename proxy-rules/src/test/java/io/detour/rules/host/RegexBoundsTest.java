package io.detour.rules.host;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.re2j.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RegexBoundsTest {
  @ParameterizedTest(name = "W07: {0}")
  @ValueSource(
      strings = {
        "(x{500})y",
        "((x{100}){100}){100}",
        "((((((((((x{9}){9}){9}){9}){9}){9}){9}){9}){9}){9})",
        "(?:[a-z]{50}[0-9]{50}){6}",
        "x{1,501}",
        "x{501,}",
        "[!-[:]x:](((y{100}){100}){100})]",
        "([]]{300}|a){2}",
        "([^]]{300}|a){2}",
        "([a[:]{300}){2}",
        "([[:alpha:]]{300}){2}",
        "([\\]]{300}){2}",
        "(\\({300}){2}",
        "x{300}){2}",
        "(((x{300}){2}",
        "\\Q(\\E",
      })
  void refusesWhatGrowsTooLarge(String regex) {
    assertThat(RegexBounds.excess(regex)).isNotNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "x",
        "[",
        "\\",
        "{",
        "x{",
        "x{a}",
        "x{,5}",
        "x{00000000000000000999}",
        "app-([a-z]+)-([0-9]+)\\.corp\\.oldco\\.net",
        "([a-z0-9-]{1,63}\\.){4}net",
        "(x{20}){20}",
        "\\pL{3}",
        "[[:alpha:]]{63}",
      })
  void takesWhatStaysSmall(String regex) {
    assertThat(RegexBounds.excess(regex)).isNull();
  }

  @Test
  @Tag("W07")
  void refusesTenKilobytes() {
    assertThat(RegexBounds.excess("a".repeat(10_000))).isEqualTo("is longer than 1000 characters");
    assertThat(RegexBounds.excess("[a]".repeat(333))).isNull();
  }

  @ParameterizedTest(name = "W07: a program of {0} is small")
  @ValueSource(strings = {"(a?){120}a*b", "(a|aa|aaa){45}b", "([a-z]{1,60}){8}", "(.*)*(.*)*x"})
  void whatItTakesMakesASmallProgram(String regex) {
    assertThat(RegexBounds.excess(regex)).isNull();
    assertThat(Pattern.compile(regex).programSize()).isLessThan(5 * RegexBounds.MAX_SIZE);
  }
}
