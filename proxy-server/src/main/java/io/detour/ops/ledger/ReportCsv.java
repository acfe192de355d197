package io.detour.ops.ledger;

import io.detour.core.Printable;
import io.detour.ops.certificates.CertificateFinding;
import java.io.PrintWriter;
import java.sql.SQLException;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A report for spreadsheets: RFC 4180, with a line of titles. A cell that a spreadsheet would take
 * for a formula begins with an apostrophe, and what does not fit a line is escaped.
 */
public final class ReportCsv {
  private final PrintWriter out;
  private final ZoneId zone;

  /**
   * Writes to an output.
   *
   * @param out stays the caller's
   * @param zone of the times
   */
  public ReportCsv(PrintWriter out, ZoneId zone) {
    this.out = out;
    this.zone = zone;
  }

  /**
   * Writes what a ledger says to a query.
   *
   * @param most of how many hosts or clients
   */
  public void write(LedgerReading reading, ReportQuery query, ReportRows rows, long most)
      throws SQLException {
    List<RuleReport> rules = reading.rules(query);
    switch (rows) {
      case RULE -> rules(rules);
      case HOST -> {
        hostTitles();
        reading.uses(query, rules, LedgerReading.Order.HOST, most, this::host);
      }
      case CLIENT -> {
        clientTitles();
        reading.uses(query, rules, LedgerReading.Order.CLIENT, most, this::client);
      }
    }
    out.flush();
  }

  /** All rules. */
  private void rules(List<RuleReport> rules) {
    line(
        "rule",
        "verdict",
        "quiet_since",
        "last_seen",
        "first_seen",
        "observed_since",
        "observed_days",
        "in_force",
        "requests",
        "bytes_upstream",
        "bytes_downstream",
        "hosts",
        "clients",
        "owner",
        "ticket",
        "certificate_target",
        "certificate_not_after",
        "certificate_covers_legacy_name",
        "certificate_problem");
    rules.forEach(this::rule);
  }

  private void rule(RuleReport rule) {
    CertificateFinding check = rule.certificate();
    line(
        rule.name(),
        ReportJson.word(rule.verdict()),
        time(rule.quietSince()),
        time(rule.lastSeen()),
        time(rule.firstSeen()),
        time(rule.observedSince()),
        String.valueOf(ReportJson.days(rule.observedSeconds())),
        rule.inForce() == null ? null : rule.inForce().toString(),
        String.valueOf(rule.requests()),
        String.valueOf(rule.upstreamBytes()),
        String.valueOf(rule.downstreamBytes()),
        String.valueOf(rule.hosts()),
        String.valueOf(rule.clients()),
        rule.owner(),
        rule.ticket(),
        check == null ? null : check.target(),
        check == null ? null : time(check.notAfter()),
        check == null || check.coversLegacyName() == null
            ? null
            : check.coversLegacyName().toString(),
        check == null ? null : check.problem());
  }

  /** The titles of {@link #host}. */
  private void hostTitles() {
    titles("host", "rule", "clients");
  }

  /** A row by host. */
  private void host(UseReport use) {
    use(use, use.host(), use.rule(), String.valueOf(use.clients()));
  }

  /** The titles of {@link #client}. */
  private void clientTitles() {
    titles("client", "rule", "host");
  }

  /** A row by client. */
  private void client(UseReport use) {
    use(use, use.client(), use.rule(), use.host());
  }

  private void titles(String first, String second, String third) {
    line(
        first,
        second,
        third,
        "first_seen",
        "last_seen",
        "requests",
        "bytes_upstream",
        "bytes_downstream",
        "last_user",
        "last_target",
        "last_user_agent");
  }

  private void use(UseReport use, @Nullable String first, String second, String third) {
    line(
        first,
        second,
        third,
        time(use.firstSeen()),
        time(use.lastSeen()),
        String.valueOf(use.requests()),
        String.valueOf(use.upstreamBytes()),
        String.valueOf(use.downstreamBytes()),
        use.user(),
        use.target(),
        use.userAgent());
  }

  private @Nullable String time(@Nullable Long epochSecond) {
    return epochSecond == null ? null : ReportJson.time(epochSecond, zone);
  }

  private void line(@Nullable String... cells) {
    List<String> written = new ArrayList<>();
    for (String cell : cells) {
      written.add(cell(cell));
    }
    out.print(String.join(",", written) + "\r\n");
  }

  private static String cell(@Nullable String text) {
    if (text == null || text.isEmpty()) {
      return "";
    }
    String guarded = "=+-@\t\r".indexOf(text.charAt(0)) < 0 ? text : "'" + text;
    String shown = Printable.escaped(guarded);
    boolean quoted = shown.chars().anyMatch(c -> c == ',' || c == '"');
    return quoted ? '"' + shown.replace("\"", "\"\"") + '"' : shown;
  }
}
