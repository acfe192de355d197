package io.detour.rules.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.re2j.Pattern;
import io.detour.rules.host.LiteralIndex.Entry;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LiteralIndexTest {
  @ParameterizedTest(name = "{0} has the candidates {1}")
  @CsvSource({
    "app-crm-07.corp.oldco.net,  scheme any",
    "db-crm-07.corp.oldco.net,   db any",
    "app-crm-07.corp.oldco.org,  any",
    "erp.old.net,                names any",
    "crm.old.net,                names any",
    "erp.old.net.org,            any",
    "xerp.old.net,               any",
    "a.b,                        short any",
    "b.a,                        any",
    "2001:db8::17,               address any",
    "a,                          any",
  })
  void aHostHasTheCandidatesWhoseTextsStandInIt(String host, String candidates) {
    LiteralIndex<String> index =
        index(
            "app-([a-z]+)-([0-9]+)\\.corp\\.oldco\\.net=scheme",
            "db-([a-z]+)-([0-9]+)\\.corp\\.oldco\\.net=db",
            "(erp|crm)\\.old\\.net=names",
            "a.*b=short",
            "2001:db8::[0-9]+=address",
            "NEVER[0-9]*=never",
            "[a-z.0-9:-]+=any");

    assertThat(String.join(" ", candidates(index, host, Long.MAX_VALUE))).isEqualTo(candidates);
  }

  @Test
  void candidatesComeInOrderAndEqualOnesAsListed() {
    LiteralIndex<String> index =
        LiteralIndex.build(
            List.of(
                new Entry<>("a.*", "third", 7L),
                new Entry<>(".*b", "first", 2L),
                new Entry<>("[a-z]*", "fourth", 7L),
                new Entry<>(".*a.*", "second", 5L),
                new Entry<>("a.*b", "fifth", 7L)));

    assertThat(candidates(index, "ab", Long.MAX_VALUE))
        .containsExactly("first", "second", "third", "fourth", "fifth");
    assertThat(candidates(index, "ab", 7)).containsExactly("first", "second");
    assertThat(candidates(index, "ab", 2)).isEmpty();
  }

  @Test
  void anIterationThatIsOverStaysOver() {
    LiteralIndex.Candidates<String> candidates =
        Objects.requireNonNull(index("a.*=1", "ab.*=2").candidates("abc"));

    assertThatThrownBy(candidates::value).isInstanceOf(IllegalStateException.class);
    assertThat(candidates.advance(1)).isTrue();
    assertThat(candidates.value()).isEqualTo("1");
    assertThat(candidates.advance(1)).isFalse();
    assertThat(candidates.advance(Long.MAX_VALUE)).isFalse();
    assertThatThrownBy(candidates::value).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void withoutExpressionsThereIsNoCandidate() {
    assertThat(candidates(index(), "a.b", Long.MAX_VALUE)).isEmpty();
  }

  @Test
  void ofManySchemesUnderOneDomainOneIsACandidate() {
    LiteralIndex<String> index =
        index(
            IntStream.range(0, 1000)
                .mapToObj(i -> "app-%03d-([a-z]+)-([0-9]+)\\.corp\\.oldco\\.net=%d".formatted(i, i))
                .toArray(String[]::new));

    assertThat(candidates(index, "app-417-crm-07.corp.oldco.net", Long.MAX_VALUE))
        .containsExactly("417");
  }

  /** 500 random sets of 40 expressions with 40 hosts each. */
  @Test
  @Tag("W07")
  void everyExpressionThatMatchesIsACandidate() {
    Random random = new Random(20261121);
    int matches = 0;
    for (int i = 0; i < 500; i++) {
      List<RandomRegex> expressions =
          IntStream.range(0, 40).mapToObj(n -> RandomRegex.random(random)).toList();
      List<Pattern> patterns = new ArrayList<>();
      List<Entry<Pattern>> entries = new ArrayList<>();
      for (RandomRegex expression : expressions) {
        Pattern pattern = Pattern.compile(expression.text());
        entries.add(new Entry<>(expression.text(), pattern, patterns.size()));
        patterns.add(pattern);
      }
      LiteralIndex<Pattern> index = LiteralIndex.build(entries);
      for (RandomRegex expression : expressions) {
        String host = expression.match(random).replaceAll("[^a-z0-9_.:-]", "");
        List<Pattern> matching = patterns.stream().filter(p -> p.matches(host)).toList();
        List<Pattern> found = candidates(index, host, Long.MAX_VALUE);
        assertThat(found).as(host).containsAll(matching);
        assertThat(found.stream().filter(p -> p.matches(host))).isEqualTo(matching);
        matches += matching.size();
      }
    }
    assertThat(matches).isGreaterThan(20_000);
  }

  /** Each text is {@code regex=value}; the order is that of the texts. */
  private static LiteralIndex<String> index(String... texts) {
    return LiteralIndex.build(
        IntStream.range(0, texts.length)
            .mapToObj(i -> entry(texts[i], texts[i].lastIndexOf('='), i))
            .toList());
  }

  private static Entry<String> entry(String text, int end, long order) {
    return new Entry<>(text.substring(0, end), text.substring(end + 1), order);
  }

  private static <T> List<T> candidates(LiteralIndex<T> index, String host, long before) {
    List<T> values = new ArrayList<>();
    LiteralIndex.@Nullable Candidates<T> candidates = index.candidates(host);
    while (candidates != null && candidates.advance(before)) {
      values.add(candidates.value());
    }
    return values;
  }
}
