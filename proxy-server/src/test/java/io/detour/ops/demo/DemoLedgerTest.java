package io.detour.ops.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.detour.ops.ledger.Judgement.Verdict;
import io.detour.ops.ledger.LedgerReading;
import io.detour.ops.ledger.LedgerUrl;
import io.detour.ops.ledger.Report;
import io.detour.ops.ledger.Report.RuleReport;
import io.detour.ops.ledger.Report.UseReport;
import io.detour.ops.ledger.ReportQuery;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class DemoLedgerTest {
  private static final List<String> RULES =
      List.of("erp", "old-zone", "files", "numbered-hosts", "build-farm");

  @Test
  void itsHistoryShowsRulesInUseAndRulesThatCanGo() throws Exception {
    Instant now = Instant.now();
    try (DemoLedger ledger = DemoLedger.make(RULES, InstantSource.fixed(now));
        LedgerReading reading = LedgerReading.open(ledger.url())) {
      Report report = reading.report(new ReportQuery(ReportQuery.DEFAULT_SINCE, now, false, null));

      Map<String, Verdict> verdicts =
          report.rules().stream()
              .collect(Collectors.toMap(RuleReport::name, rule -> rule.judgement().verdict()));
      assertThat(verdicts)
          .containsEntry("erp", Verdict.IN_USE)
          .containsEntry("old-zone", Verdict.IN_USE)
          .containsEntry("numbered-hosts", Verdict.SAFE_TO_REMOVE)
          .containsEntry("build-farm", Verdict.SAFE_TO_REMOVE);
      assertThat(report.entries())
          .extracting(UseReport::userAgent)
          .isNotEmpty()
          .containsOnly("made up for the demo");
    }
  }

  @Test
  void nothingIsLeftOfIt() throws Exception {
    DemoLedger ledger = DemoLedger.make(RULES, InstantSource.system());
    Path file = ((LedgerUrl.Sqlite) ledger.url()).file();
    assertThat(file).isRegularFile();

    ledger.close();

    assertThat(file.getParent()).doesNotExist();
  }
}
