package io.detour.cli;

import io.detour.core.Parsed;
import io.detour.ops.ledger.LedgerReading;
import io.detour.ops.ledger.LedgerUrl;
import io.detour.ops.ledger.Report;
import io.detour.ops.ledger.Report.RuleReport;
import io.detour.ops.ledger.Report.UseReport;
import io.detour.ops.ledger.ReportCsv;
import io.detour.ops.ledger.ReportJson;
import io.detour.ops.ledger.ReportQuery;
import io.detour.ops.ledger.ReportQuery.KnownRule;
import io.detour.rules.RuleSet;
import io.detour.rules.document.DurationText;
import io.detour.rules.lint.RuleReview;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** {@code detour report}: reads the ledger and says who still uses which legacy name. */
@Command(
    name = "report",
    description = {
      "Says who still uses which legacy name, and which rules can be removed.",
      "Reads the ledger of a Detour, running or not; changes nothing."
    },
    exitCodeList = {
      "0:printed",
      "1:the ledger cannot be read, or the rules or the configuration have a problem",
      "2:wrong usage"
    })
final class ReportCommand extends Verb {
  private final InstantSource clock;
  private final ZoneId zone;

  @Mixin private RuleFlags flags = new RuleFlags();

  @Option(
      names = "--ledger",
      paramLabel = "URL",
      converter = LedgerUrlConverter.class,
      description =
          "The ledger: auto, jdbc:sqlite:/PATH or jdbc:postgresql://HOST/DATABASE (default: that of"
              + " the configuration, or auto without one).")
  private @Nullable LedgerUrl ledger;

  @Option(
      names = "--since",
      paramLabel = "DURATION",
      converter = SinceConverter.class,
      description = "How long nobody may have used a rule that is to be removed (default: 30d).")
  private Duration since = ReportQuery.DEFAULT_SINCE;

  @Option(
      names = "--by",
      paramLabel = "rule|host|client",
      converter = ByConverter.class,
      description = "What has a row in text and CSV (default: rule). JSON has everything.")
  private Report.Rows by = Report.Rows.RULE;

  @Option(
      names = "--unused",
      description = "Only rules that are quiet or safe to remove, and their hosts and clients.")
  private boolean unused;

  @Option(
      names = "--format",
      paramLabel = "text|csv|json",
      converter = FormatConverter.class,
      description = "How it is written (default: text).")
  private Format format = Format.TEXT;

  enum Format {
    TEXT,
    CSV,
    JSON
  }

  ReportCommand() {
    this(InstantSource.system(), ZoneId.systemDefault());
  }

  ReportCommand(InstantSource clock, ZoneId zone) {
    this.clock = clock;
    this.zone = zone;
  }

  @Override
  public Integer call() {
    RuleFlags.ChosenRules chosen = flags.readIfAny();
    return switch (chosen.review()) {
      case RuleReview.Refused refused ->
          fail(
              refused.problems(),
              "the rules or the configuration have problems, so nothing was read");
      case RuleReview.Accepted accepted -> report(chosen, accepted.rules());
    };
  }

  private int report(RuleFlags.ChosenRules chosen, RuleSet rules) {
    LedgerUrl url = ledger == null ? chosen.configuration().ledger().url() : ledger;
    if (url instanceof LedgerUrl.Off) {
      return fail("the ledger is switched off (expected: --ledger, or ledger.url in -c FILE)");
    }
    ReportQuery query =
        new ReportQuery(
            since, clock.instant(), unused, chosen.paths().isEmpty() ? null : known(rules));
    ReportText text = new ReportText(query, zone);
    try (LedgerReading reading = LedgerReading.open(url)) {
      report(text.source(reading.source()));
      switch (format) {
        case JSON -> out().println(ReportJson.of(reading.report(query), zone));
        case CSV -> new ReportCsv(out(), zone).write(reading, query, by, Long.MAX_VALUE);
        case TEXT -> out().print(text(reading, query, text));
      }
      out().flush();
      return 0;
    } catch (SQLException e) {
      return fail(LedgerReading.problem(url, e));
    }
  }

  private static List<KnownRule> known(RuleSet rules) {
    return rules.rules().stream().map(KnownRule::of).toList();
  }

  private String text(LedgerReading reading, ReportQuery query, ReportText text)
      throws SQLException {
    List<RuleReport> rules = reading.rules(query);
    if (by == Report.Rows.RULE) {
      return text.rules(rules) + text.unmatched(reading.unmatched(query));
    }
    List<UseReport> uses = new ArrayList<>();
    long more = reading.uses(query, rules, by.order(), Report.MAX_ENTRIES, uses::add);
    return text.uses(by, uses, more);
  }

  /** Says what is wrong with a URL without showing it, since it may hold a password. */
  static final class LedgerUrlConverter implements ITypeConverter<LedgerUrl> {
    @Override
    public LedgerUrl convert(String text) {
      return switch (LedgerUrl.parse(text)) {
        case Parsed.Value(LedgerUrl url) -> url;
        case Parsed.Malformed(String problem) ->
            throw new TypeConversionException(problem + " (expected: " + LedgerUrl.EXPECTED + ")");
      };
    }
  }

  /** A duration of at least a second and at most the longest retention. */
  static final class SinceConverter implements ITypeConverter<Duration> {
    @Override
    public Duration convert(String text) {
      Duration duration = DurationText.parse(text);
      if (duration == null
          || duration.toSeconds() < 1
          || duration.compareTo(ReportQuery.MAX_SINCE) > 0) {
        throw new TypeConversionException(
            "'"
                + text
                + "' (expected: a duration such as 30d, 1s.."
                + DurationText.of(ReportQuery.MAX_SINCE)
                + ")");
      }
      return duration;
    }
  }

  static final class ByConverter implements ITypeConverter<Report.Rows> {
    @Override
    public Report.Rows convert(String text) {
      return constant(Report.Rows.values(), text, "rule, host or client");
    }
  }

  static final class FormatConverter implements ITypeConverter<Format> {
    @Override
    public Format convert(String text) {
      return constant(Format.values(), text, "text, csv or json");
    }
  }

  private static <E extends Enum<E>> E constant(E[] constants, String text, String expected) {
    return Arrays.stream(constants)
        .filter(constant -> constant.name().equals(text.toUpperCase(Locale.ROOT)))
        .findFirst()
        .orElseThrow(
            () -> new TypeConversionException("'" + text + "' (expected: " + expected + ")"));
  }
}
