package io.detour.ops.certificates;

import java.util.Collections;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLongArray;
import org.jspecify.annotations.Nullable;

/** The latest that is known of the certificates of targets, and how often they were looked at. */
public final class TargetCertificates {
  private final Map<Place, TargetCertificate> latest = new ConcurrentHashMap<>();
  private final AtomicLongArray checks = new AtomicLongArray(CertificateResult.values().length);

  /**
   * A target of a rule.
   *
   * @param rule its name
   * @param target from 0
   */
  public record Place(String rule, int target) {}

  /** Replaces what is known of a target. */
  public void put(TargetCertificate certificate) {
    latest.put(new Place(certificate.rule(), certificate.target()), certificate);
  }

  /** Nothing is known of a target any more. */
  public void forget(Place place) {
    latest.remove(place);
  }

  /** What is known of a target of a rule, or null. Any thread. */
  public @Nullable TargetCertificate of(String rule, int target) {
    return latest.get(new Place(rule, target));
  }

  /** All that is known: a view that changes. Any thread. */
  public Map<Place, TargetCertificate> latest() {
    return Collections.unmodifiableMap(latest);
  }

  /** Counts a certificate that was looked at, or was to be. */
  public void checked(CertificateResult result) {
    checks.incrementAndGet(index(result));
  }

  /** How often that was the result. */
  public long checks(CertificateResult result) {
    return checks.get(index(result));
  }

  @SuppressWarnings("EnumOrdinal") // an array index of this process, never stored
  private static int index(CertificateResult result) {
    return result.ordinal();
  }
}
