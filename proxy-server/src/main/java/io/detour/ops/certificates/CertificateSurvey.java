package io.detour.ops.certificates;

import io.detour.core.Printable;
import io.detour.rules.Rule;
import io.detour.server.dns.Resolution;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What trying out the targets of rules came to: would a browser that asks for the legacy name take
 * their certificates? Immutable; any thread.
 *
 * @param probes how many targets were to be tried out, each once for each legacy name
 * @param unfinished how many of them were not in time
 * @param flaws what is wrong, in the order of the rules
 * @param untested rules that rewrite but cannot be tried out, or not for all of their hosts
 */
public record CertificateSurvey(
    int probes, int unfinished, List<Flaw> flaws, List<Untested> untested) {
  public CertificateSurvey {
    flaws = List.copyOf(flaws);
    untested = List.copyOf(untested);
  }

  /** What can be wrong with a target. */
  public enum Kind {
    /** Its certificate does not cover the legacy name. */
    CERTIFICATE_NAME,
    /** Its certificate is not trusted. */
    CERTIFICATE_TRUST,
    /** It showed no certificate: it does not answer, or not in TLS. */
    NO_CERTIFICATE;

    private final String text = name().toLowerCase(Locale.ROOT).replace('_', '-');

    /** {@code certificate-name}, in the manner of lint. */
    @Override
    public String toString() {
      return text;
    }
  }

  /**
   * One thing that is wrong with one target of a rule.
   *
   * @param kind what kind of thing
   * @param rule whose target it is
   * @param probe what was tried out
   * @param message one sentence on one line that names target and legacy name
   */
  public record Flaw(Kind kind, Rule rule, Probe probe, String message) {
    /** As findings of lint are written: {@code rules.yaml:14:5: warning: …}. */
    @Override
    public String toString() {
      return Printable.escaped(rule.file())
          + ':'
          + rule.line()
          + ':'
          + rule.column()
          + ": warning: "
          + message;
    }
  }

  /**
   * A rule that was not tried out.
   *
   * @param rule which
   * @param reason why not, as half a sentence
   */
  public record Untested(Rule rule, String reason) {}

  /**
   * Tries out every enforced rule that rewrites exact hosts: each of its targets, once for each of
   * the hosts.
   *
   * @param now when; rules that have ended are left out
   * @param limit when to give up
   * @throws InterruptedException if the thread is interrupted while it waits
   */
  public static CertificateSurvey of(List<Rule> rules, Instant now, Prober prober, Duration limit)
      throws InterruptedException {
    CertificatePlan plan = CertificatePlan.of(rules, now);
    List<Probe> probes =
        plan.trials().stream().map(CertificatePlan.Trial::probe).distinct().toList();
    Map<Probe, ProbeReport> reports = prober.probeAll(probes, limit);
    List<Flaw> flaws = new ArrayList<>();
    for (CertificatePlan.Trial trial : plan.trials()) {
      ProbeReport report = reports.get(trial.probe());
      if (report != null) {
        flaws.addAll(flaws(trial.rule(), report));
      }
    }
    return new CertificateSurvey(
        probes.size(), probes.size() - reports.size(), flaws, plan.untested());
  }

  /** Whether everything was tried out in time and nothing is wrong. */
  public boolean isGood() {
    return flaws.isEmpty() && unfinished == 0;
  }

  /** What is wrong with the target that was tried out, the most important first. */
  public static List<Flaw> flaws(Rule rule, ProbeReport report) {
    Probe probe = report.probe();
    String target = probe.target() + (probe.via() == null ? "" : " via " + probe.via());
    CertificateCheck check = report.certificate();
    if (check == null) {
      String message =
          target + " shows no certificate for " + probe.legacyName() + ": " + why(report);
      return List.of(new Flaw(Kind.NO_CERTIFICATE, rule, probe, message));
    }
    String certificate = "the certificate of " + target;
    List<Flaw> flaws = new ArrayList<>();
    if (!check.coversLegacyName()) {
      String message =
          certificate
              + " does not cover "
              + probe.legacyName()
              + " ("
              + ProbeText.names(check)
              + ")";
      flaws.add(new Flaw(Kind.CERTIFICATE_NAME, rule, probe, message));
    }
    for (ChainTrust.Problem problem : check.trust().problems()) {
      String message = certificate + " is not trusted: " + problem.details();
      flaws.add(new Flaw(Kind.CERTIFICATE_TRUST, rule, probe, message));
    }
    return flaws;
  }

  /** Why there is no certificate. */
  private static String why(ProbeReport report) {
    if (report.handshake() instanceof ProbeReport.Handshake.Failed failed) {
      return failed.details();
    }
    if (report.connection() instanceof ProbeReport.Connection.Failed failed) {
      return failed.details();
    }
    return unresolved(report.lookup());
  }

  private static String unresolved(ProbeReport.@Nullable Lookup lookup) {
    return lookup != null && lookup.answer() instanceof Resolution.Unresolved unresolved
        ? unresolved.details()
        : "nothing was tried out";
  }
}
