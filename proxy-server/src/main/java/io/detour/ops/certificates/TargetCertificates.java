package io.detour.ops.certificates;

import io.detour.ops.certificates.CertificateFinding.Result;
import java.util.Collections;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** What is known of the certificates of targets, and how often they were looked at. Any thread. */
public final class TargetCertificates {
  private final Map<Place, CertificateFinding> latest = new ConcurrentHashMap<>();
  private final Map<Result, LongAdder> checks = new ConcurrentHashMap<>();

  /** A target of a rule. */
  record Place(String rule, int target) {}

  /** Replaces what is known of a target. */
  void put(Place place, CertificateFinding finding) {
    latest.put(place, finding);
  }

  /** Nothing is known of a target any more. */
  void forget(Place place) {
    latest.remove(place);
  }

  /** What is known of a target (from 0) of a rule, or null. */
  public @Nullable CertificateFinding of(String rule, int target) {
    return latest.get(new Place(rule, target));
  }

  /** All that is known: a view that changes. */
  Map<Place, CertificateFinding> latest() {
    return Collections.unmodifiableMap(latest);
  }

  void checked(Result result) {
    checks.computeIfAbsent(result, _ -> new LongAdder()).increment();
  }

  public long checks(Result result) {
    LongAdder count = checks.get(result);
    return count == null ? 0 : count.sum();
  }
}
