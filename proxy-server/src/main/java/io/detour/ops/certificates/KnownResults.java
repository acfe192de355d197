package io.detour.ops.certificates;

import io.detour.ops.certificates.TargetCertificates.Place;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The latest result of each check, and what they say together of a target. For one thread. */
final class KnownResults {
  private final Map<Place, Map<Check, CheckResult>> byTarget = new HashMap<>();

  /** The latest result of a check, or null. */
  @Nullable CheckResult of(Check check) {
    Map<Check, CheckResult> known = byTarget.get(check.place());
    return known == null ? null : known.get(check);
  }

  /** Adds a result, and says what is known of the target then. */
  TargetCertificate put(Check check, CheckResult result) {
    Map<Check, CheckResult> known =
        byTarget.computeIfAbsent(check.place(), place -> new LinkedHashMap<>());
    known.put(check, result.after(known.get(check)));
    return together(check, known);
  }

  /** Drops a result, and says what is known of the target without it, or null for nothing. */
  @Nullable TargetCertificate forget(Check check) {
    Map<Check, CheckResult> known = byTarget.get(check.place());
    if (known == null) {
      return null;
    }
    known.remove(check);
    if (known.isEmpty()) {
      byTarget.remove(check.place());
      return null;
    }
    return together(known.keySet().iterator().next(), known);
  }

  /** The first end, and the worst of the rest. */
  private static TargetCertificate together(Check check, Map<Check, CheckResult> known) {
    Instant checkedAt = Instant.MIN;
    Instant notAfter = null;
    Boolean covers = null;
    String problem = null;
    for (CheckResult result : known.values()) {
      checkedAt = result.at().isAfter(checkedAt) ? result.at() : checkedAt;
      if (result.notAfter() != null) {
        notAfter =
            notAfter == null || result.notAfter().isBefore(notAfter) ? result.notAfter() : notAfter;
      }
      boolean firstUncovered = isUncovered(result) && !Boolean.FALSE.equals(covers);
      if (result.coversLegacyName() != null) {
        covers = result.coversLegacyName() && !Boolean.FALSE.equals(covers);
      }
      if (result.problem() != null && (problem == null || firstUncovered)) {
        problem = result.problem();
      }
    }
    Place place = check.place();
    return new TargetCertificate(
        place.rule(), place.target(), check.to(), checkedAt, notAfter, covers, problem);
  }

  private static boolean isUncovered(CheckResult result) {
    return Boolean.FALSE.equals(result.coversLegacyName());
  }
}
