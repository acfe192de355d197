package io.detour.ops.explain;

import io.detour.ops.certificates.ProbeReport;
import io.detour.rules.Decision;
import io.detour.rules.FallbackError;
import io.detour.rules.Hop;
import io.detour.rules.Route;
import io.detour.server.dns.Resolution;
import io.detour.server.status.DialError;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Where a walk over a route would end, if every target answered as it did when it was tried out.
 */
final class TriedRoute {
  private TriedRoute() {}

  /**
   * The route itself if its first hop answers, a route to the first hop that does, or the refusal
   * of the one whose failure ends the walk; null if that is not known.
   */
  static Decision.@Nullable Result end(Route route, Function<Hop, @Nullable ProbeReport> reports) {
    List<Hop> hops = route.hops();
    for (int i = 0; i < hops.size(); i++) {
      ProbeReport report = reports.apply(hops.get(i));
      if (report == null) {
        return null;
      }
      if (report.connection() instanceof ProbeReport.Connection.Made) {
        return i == 0 ? route : new Route(List.of(hops.get(i)), Set.of());
      }
      Failure failure = failure(report);
      if (failure == null) {
        return null;
      }
      FallbackError error = failure.error().fallback();
      boolean isLast = i == hops.size() - 1;
      if (isLast || error == null || !route.fallbackOn().contains(error)) {
        return new Decision.Refuse(
            failure.error().status(), failure.error().type().token(), failure.details(), null);
      }
    }
    return null;
  }

  private record Failure(DialError error, String details) {}

  /** Why there is no connection; null if none was tried. */
  private static @Nullable Failure failure(ProbeReport report) {
    if (report.connection() instanceof ProbeReport.Connection.Failed failed) {
      return new Failure(failed.error(), failed.details());
    }
    return report.lookup() != null
            && report.lookup().answer() instanceof Resolution.Unresolved unresolved
        ? new Failure(unresolved.error(), unresolved.details())
        : null;
  }
}
