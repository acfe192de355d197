package io.detour.ops.certificates;

import io.detour.ops.certificates.CertificateFinding.Result;
import io.detour.ops.certificates.CertificatePlan.Check;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLongArray;
import org.jspecify.annotations.Nullable;

/**
 * The latest that is known of the certificates of targets, and how often they were looked at. Any
 * thread may read; the thread of the watch writes.
 */
public final class TargetCertificates {
  private final Map<Place, CertificateFinding> latest = new ConcurrentHashMap<>();
  private final AtomicLongArray checks = new AtomicLongArray(Result.values().length);

  /** The latest finding of each check; for the thread of the watch alone. */
  private final Map<Place, Map<Check, CertificateFinding>> findings = new HashMap<>();

  /**
   * A target of a rule.
   *
   * @param rule its name
   * @param target from 0
   */
  record Place(String rule, int target) {}

  /** Adds the finding of a check, and says what is known of the target then. */
  CertificateFinding put(Check check, CertificateFinding finding) {
    Map<Check, CertificateFinding> known =
        findings.computeIfAbsent(check.place(), _ -> new LinkedHashMap<>());
    known.merge(check, finding, (earlier, later) -> later.after(earlier));
    CertificateFinding together = CertificateFinding.together(known.values());
    latest.put(check.place(), together);
    return together;
  }

  /** Drops the finding of a check, and with the last one of a target what is known of it. */
  void forget(Check check) {
    Map<Check, CertificateFinding> known = findings.getOrDefault(check.place(), new HashMap<>());
    known.remove(check);
    if (known.isEmpty()) {
      findings.remove(check.place());
      latest.remove(check.place());
    } else {
      latest.put(check.place(), CertificateFinding.together(known.values()));
    }
  }

  /** What is known of a target (from 0) of a rule, or null. */
  public @Nullable CertificateFinding of(String rule, int target) {
    return latest.get(new Place(rule, target));
  }

  /** All that is known: a view that changes. */
  Map<Place, CertificateFinding> latest() {
    return Collections.unmodifiableMap(latest);
  }

  /** Counts a check. */
  void checked(Result result) {
    checks.incrementAndGet(index(result));
  }

  /** How many checks had a result. */
  public long checks(Result result) {
    return checks.get(index(result));
  }

  @SuppressWarnings("EnumOrdinal") // an array index of this process, never stored
  private static int index(Result result) {
    return result.ordinal();
  }
}
