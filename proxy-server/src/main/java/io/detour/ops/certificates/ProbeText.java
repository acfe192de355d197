package io.detour.ops.certificates;

import static java.util.stream.Collectors.joining;

import io.detour.core.Printable;
import io.detour.ops.certificates.CertificateCheck.PresentedCertificate;
import io.detour.rules.document.Fields;
import io.detour.server.dns.Resolution;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A report for people: a line for each fact, a short label in front. What was sent is escaped. */
public final class ProbeText {
  static final int SHOWN_NAMES = 10;

  private final List<String> lines = new ArrayList<>();

  private ProbeText() {}

  /** Lines without a line end, each of which begins with a label of 8 characters. */
  public static List<String> of(ProbeReport report) {
    ProbeText text = new ProbeText();
    if (report.lookup() == null) {
      text.line("resolve", "not here: a parent proxy does it");
    } else {
      text.lookup(report.lookup());
    }
    if (report.connection() != null) {
      text.connection(report.connection(), report.probe().via());
    }
    if (report.handshake() != null) {
      text.handshake(report.handshake());
    }
    return List.copyOf(text.lines);
  }

  private void lookup(ProbeReport.Lookup lookup) {
    String answer =
        switch (lookup.answer()) {
          case Resolution.Addresses(List<InetAddress> addresses) ->
              addresses.stream().map(NetUtil::toAddressString).collect(joining(", "));
          case Resolution.Unresolved unresolved ->
              unresolved.details() + error(unresolved.error().type().token(), unresolved.rcode());
        };
    line("resolve", answer + after(lookup.took()));
  }

  private void connection(ProbeReport.Connection connection, @Nullable String via) {
    String end =
        switch (connection) {
          case ProbeReport.Connection.Made made ->
              NetUtil.toSocketAddressString(made.remote())
                  + (via == null ? " answers" : ", the parent proxy, connects it");
          case ProbeReport.Connection.Failed failed ->
              failed.details() + error(failed.error().type().token(), failed.rcode());
        };
    int attempts = connection.attempts();
    String tried = attempts > 1 ? ", the last of " + attempts + " addresses tried" : "";
    line("connect", end + after(connection.took()) + tried);
  }

  private void handshake(ProbeReport.Handshake handshake) {
    String end =
        switch (handshake) {
          case ProbeReport.Handshake.Made made -> made.protocol() + ", " + made.cipherSuite();
          case ProbeReport.Handshake.Failed failed ->
              failed.details() + error(Fields.wordOf(failed.error()), null);
        };
    line("tls", end + after(handshake.took()));
    if (handshake.certificate() != null) {
      certificate(handshake.certificate());
    }
  }

  private void certificate(CertificateCheck check) {
    String covers = check.coversLegacyName() ? "yes" : "no";
    line("names", "covers " + check.legacyName() + ": " + covers + " (" + names(check) + ")");
    ChainTrust trust = check.trust();
    if (trust.isTrusted()) {
      line("trust", "trusted, by " + Printable.quoted(String.valueOf(trust.root())));
    }
    for (ChainTrust.Problem problem : trust.problems()) {
      line("trust", "not trusted: " + problem.details());
    }
    line("expires", expiry(check));
    for (PresentedCertificate each : check.chain()) {
      line(
          "chain",
          "%s issued by %s, valid until %s, %s, %s"
              .formatted(
                  Printable.quoted(each.subject()),
                  Printable.quoted(each.issuer()),
                  each.notAfter(),
                  Printable.escaped(each.key()),
                  Printable.escaped(each.signature())));
    }
  }

  /** The name that covers comes first: of a thousand names it is the one of interest. */
  static String names(CertificateCheck check) {
    List<String> names = new ArrayList<>(check.names().all());
    if (names.isEmpty()) {
      return "it has no subject alternative name";
    }
    String covering = check.names().covering(check.legacyName());
    if (covering != null) {
      names.remove(covering);
      names.addFirst(covering);
    }
    int more = names.size() - SHOWN_NAMES;
    return "it covers: "
        + names.stream().limit(SHOWN_NAMES).map(Printable::escaped).collect(joining(", "))
        + (more > 0 ? " and " + more + " more" : "");
  }

  private static String expiry(CertificateCheck check) {
    long days = check.daysLeft();
    return check.notAfter() + (days >= 0 ? ", " + days + " days left" : ", " + -days + " days ago");
  }

  private static String error(String token, @Nullable String rcode) {
    return " (" + token + (rcode == null ? "" : ", " + rcode) + ")";
  }

  private static String after(Duration took) {
    return " after " + took.toMillis() + " ms";
  }

  private void line(String label, String content) {
    lines.add(String.format("%-8s%s", label, content));
  }
}
