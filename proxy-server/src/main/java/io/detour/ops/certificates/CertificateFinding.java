package io.detour.ops.certificates;

import io.detour.ops.certificates.ProbeReport.HandshakeError;
import io.detour.server.status.DialError;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What is known of the certificate of a target of a rule. Immutable. Times are seconds since 1970.
 *
 * @param target as the rule file has it
 * @param notAfter when the first of those that were shown expires; null if none was ever seen
 * @param coversLegacyName whether it is for every name that was looked at; null likewise
 * @param problem one sentence that names target and legacy name, fit for a terminal; or null
 */
public record CertificateFinding(
    String rule,
    String target,
    long checked,
    @Nullable Long notAfter,
    @Nullable Boolean coversLegacyName,
    @Nullable String problem) {
  /** A kind of flaw, in the manner of a lint code. */
  public enum Kind {
    CERTIFICATE_NAME,
    CERTIFICATE_TRUST,
    /** The target showed no certificate: it does not answer, or not in TLS. */
    NO_CERTIFICATE;

    private final String text = name().toLowerCase(Locale.ROOT).replace('_', '-');

    @Override
    public String toString() {
      return text;
    }
  }

  /** What is wrong with a target: one sentence on a line that names it and the legacy name. */
  public record Flaw(Kind kind, String message) {}

  /** The result of a probe in one word; a value of a metric label. */
  public enum Result {
    GOOD,
    NAME_MISMATCH,
    /** It, or a certificate above it, has expired or is not valid yet. */
    EXPIRED,
    UNTRUSTED,
    UNRESOLVED,
    /** The target's address may not be connected to. */
    DENIED,
    UNREACHABLE,
    /** The target answered, and not in TLS. */
    NO_TLS,
    /** The TLS handshake ended before there was a certificate. */
    HANDSHAKE_FAILED,
    /** A bug: the log has it. */
    ERROR;

    /** Of a probe that went as far as it could, or of null for one that failed by a bug. */
    static Result of(@Nullable ProbeReport report) {
      if (report == null) {
        return ERROR;
      }
      CertificateCheck certificate = report.certificate();
      return certificate == null ? ofFailure(report) : of(certificate);
    }

    private static Result ofFailure(ProbeReport report) {
      if (report.handshake() instanceof ProbeReport.Handshake.Failed failed) {
        return failed.error() == HandshakeError.NO_TLS ? NO_TLS : HANDSHAKE_FAILED;
      }
      ProbeReport.Failure failure = report.failure();
      return failure == null ? UNRESOLVED : of(failure.error());
    }

    private static Result of(CertificateCheck certificate) {
      if (!certificate.coversLegacyName()) {
        return NAME_MISMATCH;
      }
      if (certificate.trust().isTrusted()) {
        return GOOD;
      }
      return certificate.trust().problems().stream().anyMatch(ChainTrust.Problem::isAboutTime)
          ? EXPIRED
          : UNTRUSTED;
    }

    private static Result of(DialError error) {
      return switch (error) {
        case DESTINATION_IP_PROHIBITED, PROXY_LOOP, DENIED -> DENIED;
        case DNS_ERROR, DNS_TIMEOUT -> UNRESOLVED;
        case CONNECTION_REFUSED,
            CONNECTION_TIMEOUT,
            DESTINATION_IP_UNROUTABLE,
            RESOURCES,
            CONNECTION_TERMINATED,
            DESTINATION_UNAVAILABLE,
            PARENT_CONFIGURATION,
            PARENT_ANSWER ->
            UNREACHABLE;
      };
    }
  }

  /** Of one probe, or of null for one that failed by a bug. */
  static CertificateFinding of(
      String rule, String target, @Nullable ProbeReport report, Instant at) {
    long checked = at.getEpochSecond();
    if (report == null) {
      return new CertificateFinding(
          rule, target, checked, null, null, "internal error, see the log");
    }
    List<Flaw> flaws = flaws(report);
    CertificateCheck certificate = report.certificate();
    return new CertificateFinding(
        rule,
        target,
        checked,
        certificate == null ? null : certificate.notAfter().getEpochSecond(),
        certificate == null ? null : certificate.coversLegacyName(),
        flaws.isEmpty() ? null : flaws.getFirst().message());
  }

  /** What is wrong with the target of a probe, the most important first. */
  static List<Flaw> flaws(ProbeReport report) {
    Probe probe = report.probe();
    String target = probe.target() + (probe.via() == null ? "" : " via " + probe.via());
    CertificateCheck check = report.certificate();
    if (check == null) {
      String message = target + " shows no certificate for " + probe.legacyName() + ": ";
      return List.of(new Flaw(Kind.NO_CERTIFICATE, message + failure(report)));
    }
    String certificate = "the certificate of " + target;
    List<Flaw> flaws = new ArrayList<>();
    if (!check.coversLegacyName()) {
      String names = " (" + ProbeText.names(check) + ")";
      flaws.add(
          new Flaw(
              Kind.CERTIFICATE_NAME,
              certificate + " does not cover " + probe.legacyName() + names));
    }
    for (ChainTrust.Problem problem : check.trust().problems()) {
      flaws.add(
          new Flaw(Kind.CERTIFICATE_TRUST, certificate + " is not trusted: " + problem.details()));
    }
    return flaws;
  }

  /** Why there is no certificate. */
  private static String failure(ProbeReport report) {
    if (report.handshake() instanceof ProbeReport.Handshake.Failed failed) {
      return failed.details();
    }
    ProbeReport.Failure failure = report.failure();
    return failure == null ? "nothing was tried out" : failure.details();
  }

  /** The same, with what an earlier probe has seen of the certificate if this one has not. */
  CertificateFinding after(CertificateFinding earlier) {
    return notAfter != null
        ? this
        : new CertificateFinding(
            rule, target, checked, earlier.notAfter, earlier.coversLegacyName, problem);
  }

  /** What is known of a target for one or more names: the first expiry, the worst of the rest. */
  static CertificateFinding together(Collection<CertificateFinding> findings) {
    CertificateFinding any = findings.iterator().next();
    long checked = any.checked;
    Long notAfter = null;
    Boolean covers = null;
    String problem = null;
    for (CertificateFinding each : findings) {
      checked = Math.max(checked, each.checked);
      if (each.notAfter != null) {
        notAfter = notAfter == null ? each.notAfter : Math.min(notAfter, each.notAfter);
      }
      boolean firstUncovered =
          Boolean.FALSE.equals(each.coversLegacyName) && !Boolean.FALSE.equals(covers);
      if (each.coversLegacyName != null) {
        covers = each.coversLegacyName && !Boolean.FALSE.equals(covers);
      }
      if (each.problem != null && (problem == null || firstUncovered)) {
        problem = each.problem;
      }
    }
    return new CertificateFinding(any.rule, any.target, checked, notAfter, covers, problem);
  }
}
