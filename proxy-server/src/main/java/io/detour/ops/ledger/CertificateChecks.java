package io.detour.ops.ledger;

import io.detour.ops.certificates.CertificateFinding;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The last check of each target's certificate that the database lacks. Any thread. */
final class CertificateChecks {
  /** Targets at most; those of more rules than that wait for their next check. */
  private static final int MOST = 10_000;

  private final Map<Target, CertificateFinding> unwritten = new ConcurrentHashMap<>();

  private record Target(String rule, String target) {}

  void put(CertificateFinding check) {
    Target target = new Target(check.rule(), check.target());
    if (unwritten.size() < MOST || unwritten.containsKey(target)) {
      unwritten.put(target, check);
    }
  }

  /** What the database lacks; it counts as written from now on. */
  List<CertificateFinding> take() {
    List<CertificateFinding> taken = new ArrayList<>();
    unwritten.forEach(
        (target, check) -> {
          if (unwritten.remove(target, check)) {
            taken.add(check);
          }
        });
    return taken;
  }

  /** Whether the database lacks anything. */
  boolean hasNews() {
    return !unwritten.isEmpty();
  }
}
