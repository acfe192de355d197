package io.detour.ops.explain;

import io.detour.core.Address;
import io.detour.core.Host;
import io.detour.core.HostPort;
import io.detour.ops.certificates.Probe;
import io.detour.ops.certificates.ProbeDepth;
import io.detour.ops.certificates.ProbeReport;
import io.detour.rules.Decision;
import io.detour.rules.Explanation;
import io.detour.rules.Hop;
import io.detour.rules.Route;
import io.detour.rules.condition.Request;
import io.detour.server.access.AccessOptions;
import io.detour.server.account.RequestKind;
import io.detour.server.decide.Consequence;
import io.detour.server.dial.DialError;
import io.detour.server.dial.Parent;
import io.detour.server.status.Refusal;
import java.net.InetAddress;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * All that there is to say about a request. Immutable; any thread.
 *
 * @param written the host as somebody wrote it, possibly with a port; it may hold anything
 * @param explanation what the rules say
 * @param zone in which times are shown
 * @param access who may ask for what
 * @param parents the parent proxies that are known, by their names
 * @param depth how far targets were tried out, or null if they were not
 * @param reports what came of it; those of probes that were not over in time are missing
 */
public record FullExplanation(
    String written,
    Explanation explanation,
    ZoneId zone,
    AccessOptions access,
    Map<String, Parent> parents,
    @Nullable ProbeDepth depth,
    Map<Probe, ProbeReport> reports) {
  public FullExplanation {
    parents = Map.copyOf(parents);
    reports = Map.copyOf(reports);
  }

  /** What is known without trying targets out. */
  public static FullExplanation of(
      String written,
      Explanation explanation,
      ZoneId zone,
      AccessOptions access,
      Map<String, Parent> parents) {
    return new FullExplanation(written, explanation, zone, access, parents, null, Map.of());
  }

  /** The same with what came of {@link #probes}. */
  public FullExplanation withReports(ProbeDepth tried, Map<Probe, ProbeReport> results) {
    return new FullExplanation(written, explanation, zone, access, parents, tried, results);
  }

  /** What is to be tried out: a probe for each of the targets. */
  public List<Probe> probes(ProbeDepth wanted) {
    return targets().stream().map(hop -> probe(hop, wanted)).toList();
  }

  private Probe probe(Hop hop, ProbeDepth wanted) {
    return new Probe(hop.address(), hop.via(), hop.allow(), request().asked().host(), wanted);
  }

  /** Whether everything that was tried out went well, in time. */
  public boolean isGood() {
    return depth == null || targets().stream().allMatch(this::isGood);
  }

  private boolean isGood(Hop hop) {
    ProbeReport report = report(hop);
    return report != null && report.isGood();
  }

  /** What came of trying a target out, or null if that was not wanted or not over in time. */
  @Nullable ProbeReport report(Hop hop) {
    return depth == null ? null : reports.get(probe(hop, depth));
  }

  /** A time as it is shown, with its offset from UTC. */
  OffsetDateTime local(long epochSecond) {
    return Instant.ofEpochSecond(epochSecond).atZone(zone).toOffsetDateTime();
  }

  Request request() {
    return explanation.request();
  }

  /** What the client gets that asks for a tunnel. */
  Consequence consequence() {
    return permitted(RequestKind.CONNECT, Consequence.of(explanation.decision(), request()));
  }

  /**
   * What the client gets for a plain HTTP request if it may make one although it may not have a
   * tunnel, else null.
   */
  @Nullable Consequence plainHttp() {
    HostPort asked = request().asked();
    return access.refusal(RequestKind.CONNECT, asked) != null
            && access.refusal(RequestKind.FORWARD, asked) == null
        ? permitted(RequestKind.FORWARD, Consequence.of(explanation.decision(), request()))
        : null;
  }

  /** What the client would get if the rule did not only report, else null. */
  @Nullable Consequence wouldBe() {
    return explanation.decision() instanceof Decision.Report
        ? permitted(RequestKind.CONNECT, meant())
        : null;
  }

  private Consequence permitted(RequestKind kind, Consequence ruled) {
    Address client = request().client();
    Refusal notAdmitted = client == null ? null : access.refusal(client);
    return notAdmitted == null
        ? ruled.unless(access.refusal(kind, request().asked())).unless(prohibition(ruled))
        : new Consequence.Refused(notAdmitted);
  }

  /**
   * Why the first target is not dialled if it is an address, or null. That no rule falls back from.
   */
  private @Nullable Refusal prohibition(Consequence ruled) {
    if (!(ruled instanceof Consequence.Dialled(Route route))) {
      return null;
    }
    Hop hop = route.first();
    Host host = hop.address().host();
    return !host.isAddress()
            || access.destinations().permits(InetAddress.ofLiteral(host.name()), hop.allow())
        ? null
        : new Refusal(
            DialError.DESTINATION_IP_PROHIBITED.status(),
            DialError.DESTINATION_IP_PROHIBITED.type(),
            DialError.DESTINATION_IP_PROHIBITED.details());
  }

  /** What the rules mean, whether they are enforced or only report, and whoever may ask. */
  Consequence meant() {
    return Consequence.of(meantDecision(), request());
  }

  /**
   * What the client would get now, if targets that are dialled were tried out and answered as they
   * did then; null if that is not known.
   */
  @Nullable Consequence now() {
    return explanation.decision() instanceof Decision.Report
        ? null
        : switch (consequence()) {
          case Consequence.Dialled(Route route) -> TriedRoute.end(route, this::report);
          case Consequence.Refused _ -> null;
        };
  }

  /** What the rule says, whether it is enforced or only reports. */
  Decision meantDecision() {
    return explanation.decision() instanceof Decision.Report(Decision.Ruled wouldBe)
        ? wouldBe
        : explanation.decision();
  }

  /** The places that are dialled or, in report mode, would be, in order. */
  List<Hop> targets() {
    return switch (meant()) {
      case Consequence.Dialled(Route route) -> route.hops();
      case Consequence.Refused _ -> List.of();
    };
  }
}
