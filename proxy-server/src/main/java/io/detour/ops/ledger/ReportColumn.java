package io.detour.ops.ledger;

import io.detour.ops.certificates.CertificateFinding;
import io.detour.ops.ledger.Report.RuleReport;
import io.detour.ops.ledger.Report.UnmatchedReport;
import io.detour.ops.ledger.Report.UseReport;
import java.time.Instant;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A column of a report in every format. Text, CSV and JSON loop over these lists, in which the
 * columns have the order of text and CSV; each format writes a value by its type: a string, a
 * number, {@link Bytes}, a boolean, an {@link Instant}, a {@link Judgement}, a {@link
 * CertificateFinding}, or null.
 *
 * @param title in the text table, or null if the column is not in it
 * @param csv its name in CSV, or null if it is not there
 * @param json its key in JSON, or null if it is not there
 * @param isNumber whether a text table aligns it at the right edge
 */
public record ReportColumn<T>(
    @Nullable String title,
    @Nullable String csv,
    @Nullable String json,
    boolean isNumber,
    Function<T, @Nullable Object> value) {

  /** A number of bytes, which text shows with a unit. */
  public record Bytes(long count) {}

  /** The last check of a target's certificate: columns of the rule in CSV, an object in JSON. */
  static final List<ReportColumn<CertificateFinding>> CERTIFICATE =
      List.of(
          column(null, "certificate_target", "target", CertificateFinding::target),
          column(null, "certificate_not_after", "not_after", c -> time(c.notAfter())),
          column(
              null,
              "certificate_covers_legacy_name",
              "covers_legacy_name",
              CertificateFinding::coversLegacyName),
          column(null, "certificate_problem", "problem", CertificateFinding::problem),
          column(null, null, "checked", check -> time(check.checked())));

  /** Reports by rule. */
  public static final List<ReportColumn<RuleReport>> RULES =
      Stream.concat(
              Stream.<ReportColumn<RuleReport>>of(
                  column("RULE", null, null, ReportColumn::markedName),
                  script("rule", RuleReport::name),
                  column(null, "suffix", null, _ -> null),
                  column("VERDICT", "verdict", "verdict", RuleReport::judgement),
                  script("quiet_since", rule -> time(rule.judgement().quietSince())),
                  column("LAST SEEN", null, null, ReportColumn::lastSeenOrNever),
                  script("last_seen", rule -> time(rule.lastSeen())),
                  script("first_seen", rule -> time(rule.firstSeen())),
                  script("observed_since", rule -> time(rule.judgement().observedSince())),
                  script("observed_days", rule -> rule.judgement().observedDays()),
                  script("in_force", RuleReport::inForce),
                  number("REQUESTS", "requests", RuleReport::requests),
                  bytes(rule -> rule.upstreamBytes() + rule.downstreamBytes()),
                  script("bytes_upstream", RuleReport::upstreamBytes),
                  script("bytes_downstream", RuleReport::downstreamBytes),
                  number("HOSTS", "hosts", RuleReport::hosts),
                  number("CLIENTS", "clients", RuleReport::clients),
                  column("OWNER", "owner", "owner", RuleReport::owner),
                  column("TICKET", "ticket", "ticket", RuleReport::ticket),
                  column("CERTIFICATE", null, "certificate", RuleReport::certificate)),
              CERTIFICATE.stream().map(ReportColumn::ofRule))
          .toList();

  /** Names without a rule by suffix; in CSV they are in those columns of {@link #RULES}. */
  public static final List<ReportColumn<UnmatchedReport>> UNMATCHED =
      List.of(
          column("NAMES WITHOUT A RULE", "suffix", "suffix", UnmatchedReport::suffix),
          column("LAST SEEN", "last_seen", "last_seen", names -> time(names.lastSeen())),
          script("first_seen", names -> time(names.firstSeen())),
          number("REQUESTS", "requests", UnmatchedReport::requests),
          bytes(names -> names.upstreamBytes() + names.downstreamBytes()),
          script("bytes_upstream", UnmatchedReport::upstreamBytes),
          script("bytes_downstream", UnmatchedReport::downstreamBytes),
          number("HOSTS", "hosts", UnmatchedReport::hosts),
          number("CLIENTS", "clients", UnmatchedReport::clients));

  private static final String NO_RULE = "(no rule)";

  private static final List<ReportColumn<UseReport>> USES =
      List.of(
          column("FIRST SEEN", "first_seen", "first_seen", use -> time(use.firstSeen())),
          column("LAST SEEN", "last_seen", "last_seen", use -> time(use.lastSeen())),
          number("REQUESTS", "requests", UseReport::requests),
          bytes(use -> use.upstreamBytes() + use.downstreamBytes()),
          script("bytes_upstream", UseReport::upstreamBytes),
          script("bytes_downstream", UseReport::downstreamBytes),
          column("LAST USER", "last_user", "user", UseReport::user),
          column("LAST TARGET", "last_target", "target", UseReport::target),
          column("LAST USER AGENT", "last_user_agent", "user_agent", UseReport::userAgent));

  /** Reports by host, the clients of each together. */
  public static final List<ReportColumn<UseReport>> HOSTS =
      startingWith(
          column("HOST", "host", "host", UseReport::host),
          number("CLIENTS", "clients", UseReport::clients));

  /** Reports by client, and the entries of JSON. */
  public static final List<ReportColumn<UseReport>> CLIENTS =
      startingWith(
          column("CLIENT", "client", "client", UseReport::client),
          column("HOST", "host", "host", UseReport::host));

  /** The keys with which JSON begins an object; others follow in the order of the list. */
  static final List<String> JSON_FIRST =
      List.of(
          ("rule suffix host client owner ticket in_force verdict quiet_since observed_since"
                  + " observed_days user user_agent target not_after first_seen last_seen")
              .split(" "));

  private static <T> ReportColumn<T> column(
      @Nullable String title,
      @Nullable String csv,
      @Nullable String json,
      Function<T, @Nullable Object> value) {
    return new ReportColumn<>(title, csv, json, false, value);
  }

  private static <T> ReportColumn<T> script(String name, Function<T, @Nullable Object> value) {
    return new ReportColumn<>(null, name, name, false, value);
  }

  private static <T> ReportColumn<T> number(String title, String name, ToLongFunction<T> value) {
    return new ReportColumn<>(title, name, name, true, value::applyAsLong);
  }

  private static <T> ReportColumn<T> bytes(ToLongFunction<T> value) {
    return new ReportColumn<>("BYTES", null, null, true, t -> new Bytes(value.applyAsLong(t)));
  }

  private static List<ReportColumn<UseReport>> startingWith(
      ReportColumn<UseReport> first, ReportColumn<UseReport> beforeUses) {
    Stream<ReportColumn<UseReport>> group =
        Stream.of(
            column("RULE", null, null, use -> use.rule() == null ? NO_RULE : use.rule()),
            script("rule", UseReport::rule),
            script("suffix", UseReport::suffix));
    return Stream.of(Stream.of(first), group, Stream.of(beforeUses), USES.stream())
        .flatMap(columns -> columns)
        .toList();
  }

  private static ReportColumn<RuleReport> ofRule(ReportColumn<CertificateFinding> column) {
    return column(
        null,
        column.csv,
        null,
        rule -> rule.certificate() == null ? null : column.value.apply(rule.certificate()));
  }

  private static Object markedName(RuleReport rule) {
    return Boolean.FALSE.equals(rule.inForce()) ? rule.name() + " (not in force)" : rule.name();
  }

  private static Object lastSeenOrNever(RuleReport rule) {
    return rule.lastSeen() == null ? "never" : Instant.ofEpochSecond(rule.lastSeen());
  }

  static @Nullable Object time(@Nullable Long epochSecond) {
    return epochSecond == null ? null : Instant.ofEpochSecond(epochSecond);
  }
}
