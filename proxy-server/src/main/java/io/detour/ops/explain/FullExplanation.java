package io.detour.ops.explain;

import io.detour.core.Address;
import io.detour.core.Host;
import io.detour.core.HostPort;
import io.detour.ops.certificates.Probe;
import io.detour.ops.certificates.ProbeReport;
import io.detour.rules.Decision;
import io.detour.rules.Explanation;
import io.detour.rules.FallbackError;
import io.detour.rules.Hop;
import io.detour.rules.Route;
import io.detour.rules.Rule;
import io.detour.rules.condition.Lifetime.Expiry;
import io.detour.rules.condition.Request;
import io.detour.server.access.AccessOptions;
import io.detour.server.account.RequestKind;
import io.detour.server.dial.OwnAddresses;
import io.detour.server.dial.Parent;
import io.detour.server.status.DialError;
import io.detour.server.status.Refusal;
import java.net.InetAddress;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * All that there is to say about a request. Immutable; any thread.
 *
 * @param written the host as somebody wrote it, possibly with a port; it may hold anything
 * @param depth how far targets were tried out, or null if they were not
 * @param reports what came of it; those of probes that were not over in time are missing
 */
public record FullExplanation(
    String written,
    Explanation explanation,
    ZoneId zone,
    AccessOptions access,
    Map<String, Parent> parents,
    Probe.@Nullable Depth depth,
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
  public FullExplanation withReports(Probe.Depth tried, Map<Probe, ProbeReport> results) {
    return new FullExplanation(written, explanation, zone, access, parents, tried, results);
  }

  /** What is to be tried out: a probe for each of the targets. */
  public List<Probe> probes(Probe.Depth wanted) {
    return targets().stream().map(hop -> probe(hop, wanted)).toList();
  }

  private Probe probe(Hop hop, Probe.Depth wanted) {
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
  Decision.Result result() {
    return permitted(RequestKind.CONNECT, explanation.decision().result(request()));
  }

  /** What the client gets for a plain HTTP request, if it may not have a tunnel; else null. */
  Decision.@Nullable Result plainHttp() {
    HostPort asked = request().asked();
    return access.refusal(RequestKind.CONNECT, asked) != null
            && access.refusal(RequestKind.FORWARD, asked) == null
        ? permitted(RequestKind.FORWARD, explanation.decision().result(request()))
        : null;
  }

  /** What the client would get if the rule did not only report, else null. */
  Decision.@Nullable Result wouldBe() {
    return isReport() ? permitted(RequestKind.CONNECT, meant()) : null;
  }

  private boolean isReport() {
    return explanation.decision() instanceof Decision.Report;
  }

  private Decision.Result permitted(RequestKind kind, Decision.Result ruled) {
    Address client = request().client();
    Refusal notAdmitted = client == null ? null : access.refusal(client);
    if (notAdmitted != null) {
      return notAdmitted.decided();
    }
    Refusal denied = access.refusal(kind, request().asked());
    return switch (ruled) {
      case Decision.Refuse refusal -> refusal;
      case Route _ when denied != null -> denied.decided();
      case Route route -> vetted(route);
    };
  }

  /** Refused if the first hop is an address that is not dialled. That no rule falls back from. */
  private Decision.Result vetted(Route route) {
    Host host = route.first().address().host();
    if (!host.isAddress()) {
      return route;
    }
    InetAddress address = InetAddress.ofLiteral(host.name());
    String why =
        access
            .destinations()
            .objection(address, new OwnAddresses().isOnThisMachine(address), route.first().allow());
    return why == null ? route : refusal(DialError.DESTINATION_IP_PROHIBITED, why);
  }

  /** What the rules mean, whether they are enforced or only report, and whoever may ask. */
  Decision.Result meant() {
    return explanation.decision().meant().result(request());
  }

  /**
   * What the client would get now, if every target answered as it did when it was tried out: the
   * route itself if its first hop answers, a route to the first hop that does, or the refusal of
   * the one whose failure ends the walk; null if that is not known.
   */
  Decision.@Nullable Result now() {
    return !isReport() && result() instanceof Route route ? end(route) : null;
  }

  private Decision.@Nullable Result end(Route route) {
    for (Hop hop : route.hops()) {
      ProbeReport report = report(hop);
      if (report != null && report.connection() instanceof ProbeReport.Connection.Made) {
        return hop.equals(route.first()) ? route : new Route(List.of(hop), Set.of());
      }
      ProbeReport.Failure failure = report == null ? null : report.failure();
      if (failure == null) {
        return null;
      }
      FallbackError error = failure.error().fallback();
      boolean isLast = hop.equals(route.hops().getLast());
      if (isLast || error == null || !route.fallbackOn().contains(error)) {
        return refusal(failure.error(), failure.details());
      }
    }
    return null;
  }

  private static Decision.Refuse refusal(DialError error, String details) {
    return new Decision.Refuse(error.status(), error.type().token(), details, null);
  }

  /** The places that are dialled or, in report mode, would be, in order. */
  List<Hop> targets() {
    return meant() instanceof Route route ? route.hops() : List.of();
  }

  /** How long the rule still holds at the time of the request; null if that has no answer. */
  @Nullable Term term(Rule rule) {
    Expiry expiry = rule.lifetime().expiry();
    if (expiry == null || request().epochSecond() == Request.NO_TIME) {
      return null;
    }
    LocalDate today = local(request().epochSecond()).toLocalDate();
    return new Term(expiry, ChronoUnit.DAYS.between(today, expiry.lastDay()));
  }

  /** Whole days until the last day of a rule, 0 on that day, negative behind it. */
  record Term(Expiry expiry, long daysLeft) {}
}
