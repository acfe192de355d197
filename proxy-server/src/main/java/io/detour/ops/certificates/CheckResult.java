package io.detour.ops.certificates;

import io.detour.rules.Rule;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a check came to. Immutable.
 *
 * @param at when
 * @param result in one word
 * @param notAfter when the server's own certificate ends, or null if it showed none
 * @param coversLegacyName whether it is for the name, or null if it showed none
 * @param problem what is wrong in one sentence, or null
 */
record CheckResult(
    Instant at,
    CertificateResult result,
    @Nullable Instant notAfter,
    @Nullable Boolean coversLegacyName,
    @Nullable String problem) {
  /** Of a probe that went as far as it could. */
  static CheckResult of(Rule rule, ProbeReport report, Instant at) {
    CertificateCheck certificate = report.certificate();
    List<CertificateSurvey.Flaw> flaws = CertificateSurvey.flaws(rule, report);
    String problem = flaws.isEmpty() ? null : flaws.getFirst().message();
    return certificate == null
        ? new CheckResult(at, withoutCertificate(report), null, null, problem)
        : new CheckResult(
            at,
            withCertificate(certificate),
            certificate.chain().getFirst().notAfter(),
            certificate.coversLegacyName(),
            problem);
  }

  /** Of a probe that failed by a bug. */
  static CheckResult error(Instant at) {
    return new CheckResult(at, CertificateResult.ERROR, null, null, "internal error, see the log");
  }

  /** The same, with what an earlier check has seen of the certificate if this one has not. */
  CheckResult after(@Nullable CheckResult earlier) {
    return earlier == null || notAfter != null
        ? this
        : new CheckResult(at, result, earlier.notAfter, earlier.coversLegacyName, problem);
  }

  private static CertificateResult withCertificate(CertificateCheck certificate) {
    if (!certificate.coversLegacyName()) {
      return CertificateResult.NAME_MISMATCH;
    }
    if (certificate.trust().isTrusted()) {
      return CertificateResult.GOOD;
    }
    return certificate.trust().problems().stream().anyMatch(CheckResult::isAboutTime)
        ? CertificateResult.EXPIRED
        : CertificateResult.UNTRUSTED;
  }

  private static boolean isAboutTime(ChainTrust.Problem problem) {
    return problem.kind() == ChainTrust.Kind.EXPIRED
        || problem.kind() == ChainTrust.Kind.NOT_YET_VALID;
  }

  private static CertificateResult withoutCertificate(ProbeReport report) {
    if (report.handshake() instanceof ProbeReport.Handshake.Failed failed) {
      return failed.error() == HandshakeError.NO_TLS
          ? CertificateResult.NO_TLS
          : CertificateResult.HANDSHAKE_FAILED;
    }
    if (report.connection() instanceof ProbeReport.Connection.Failed failed) {
      return switch (failed.error()) {
        case DESTINATION_IP_PROHIBITED, PROXY_LOOP, DENIED -> CertificateResult.DENIED;
        case DNS_ERROR, DNS_TIMEOUT -> CertificateResult.UNRESOLVED;
        case CONNECTION_REFUSED,
            CONNECTION_TIMEOUT,
            DESTINATION_IP_UNROUTABLE,
            RESOURCES,
            CONNECTION_TERMINATED,
            DESTINATION_UNAVAILABLE,
            PARENT_CONFIGURATION,
            PARENT_ANSWER ->
            CertificateResult.UNREACHABLE;
      };
    }
    return CertificateResult.UNRESOLVED;
  }
}
