package io.detour.ops.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class RuleFamilyTest {
  private final RuleFamily.SeriesLabels labels =
      new RuleFamily.SeriesLabels(List.of("rule", "action"));

  @Test
  void seriesAreSortedByTheirLabels() {
    for (int scrape = 0; scrape < 3; scrape++) {
      assertThat(scrape("b/pass", "a/rewrite", "a/pass"))
          .containsExactly("a/pass=2", "b/pass=0", "a/rewrite=1");
    }
  }

  @Test
  void seriesThatChangeAreLabelledAnew() {
    assertThat(scrape("a/pass", "b/pass")).containsExactly("a/pass=0", "b/pass=1");
    assertThat(scrape("b/pass", "a/pass"))
        .as("other order")
        .containsExactly("a/pass=1", "b/pass=0");
    assertThat(scrape("b/pass", "c/pass")).as("another").containsExactly("b/pass=0", "c/pass=1");
    assertThat(scrape("b/pass")).as("fewer").containsExactly("b/pass=0");
    assertThat(scrape("b/pass", "a/pass")).as("more").containsExactly("a/pass=1", "b/pass=0");
    assertThat(scrape()).isEmpty();
  }

  @Test
  void labelsAreKeptFromOneScrapeToTheNext() {
    RuleFamily.SeriesLabels.Scrape first = labels.scrape();
    first.add(1, new String[] {"a", "pass"});
    Object before = first.points((value, series) -> series).getFirst();
    RuleFamily.SeriesLabels.Scrape second = labels.scrape();
    second.add(2, new String[] {"a", "pass"});

    Object after = second.points((value, series) -> series).getFirst();

    assertThat(after).isSameAs(before);
  }

  private List<String> scrape(String... series) {
    RuleFamily.SeriesLabels.Scrape scrape = labels.scrape();
    for (int i = 0; i < series.length; i++) {
      scrape.add(i, series[i].split("/", -1));
    }
    return scrape.points((value, all) -> all.get("rule") + "/" + all.get("action") + "=" + value);
  }
}
