package io.detour.ops.ledger;

import io.detour.ops.certificates.CertificateFinding;
import java.util.List;
import java.util.SortedMap;

/**
 * What is written in one transaction. It stays as it is until it is known to be in the database.
 *
 * @param number counts the batches of this process from 1
 * @param aliveSecond up to when everything is in it, in seconds since 1970
 * @param rows in the order of {@link EntryKey}
 * @param spans rules that came into force or went
 * @param certificates the last check of each target that was checked
 */
record Batch(
    long number,
    long aliveSecond,
    SortedMap<EntryKey, Tally> rows,
    List<RuleSpan> spans,
    List<CertificateFinding> certificates) {

  boolean hasNews() {
    return !rows.isEmpty() || !spans.isEmpty() || !certificates.isEmpty();
  }
}
