package io.detour.ops.ledger;

import io.detour.ops.ledger.Judgement.Observation;
import io.detour.ops.ledger.LedgerQueue.Batch;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * This process as the database knows it. Writes each batch in one transaction, once. For one
 * thread.
 *
 * <p>When a connection breaks during a commit, nobody can tell whether the batch is in the
 * database. Therefore its number is written with it, in the row of the run, and read before the
 * batch is written again. That read waits for a commit that is still going on, since it locks the
 * row.
 *
 * <p>A process begins a new run when another Detour has taken it for dead, and when the database
 * was replaced by another or an older one.
 */
final class Run {
  private final long started;
  private final RuleSpans spans;
  private String id = newId();

  /** Whether the database is known to have it. */
  private boolean recorded;

  /** The last batch that is known to be in the database; 0 for none. */
  private long lastBatch;

  private long lastAliveSecond;

  /** What was used before this is not in the database. */
  private long completeFrom = Long.MIN_VALUE;

  /**
   * @param started in seconds since 1970
   * @param spans what is in force, for a database that does not know the run
   */
  Run(long started, RuleSpans spans) {
    this.started = started;
    this.spans = spans;
    lastAliveSecond = started;
  }

  /** What the database has of a run. */
  private record Stored(long lastBatch, boolean ended) {}

  private static String newId() {
    return UUID.randomUUID().toString();
  }

  String id() {
    return id;
  }

  /** Writes a batch, unless it is there already. */
  void write(LedgerConnection connection, Batch batch) throws SQLException {
    connection.begin();
    Stored stored = stored(connection);
    if (stored == null || stored.lastBatch < batch.number()) {
      if (recorded && (stored == null || stored.lastBatch < lastBatch)) {
        // Whoever reads it may not take the rules for observed when the lost batches were written.
        completeFrom = lastAliveSecond;
        lastBatch = 0;
        renew();
      } else if (stored != null && stored.ended) {
        renew();
      }
      if (!recorded) {
        insert(connection, batch.aliveSecond());
      }
      StoredRows rows = new StoredRows(connection);
      rows.mergeSpans(id, spansOf(batch));
      rows.mergeUses(batch.rows());
      rows.mergeCertificates(batch.certificates());
      connection.update(
          "UPDATE detour_run SET last_batch = ?, alive = "
              + connection.dialect().greatest
              + "(alive, ?) WHERE id = ?",
          batch.number(),
          batch.aliveSecond(),
          id);
    }
    connection.commit();
    recorded = true;
    lastBatch = batch.number();
    lastAliveSecond = Math.max(lastAliveSecond, batch.aliveSecond());
  }

  /** Goes on under another name. */
  private void renew() {
    id = newId();
    recorded = false;
  }

  private @Nullable Stored stored(LedgerConnection connection) throws SQLException {
    List<Stored> found =
        connection.read(
            "SELECT last_batch, ended FROM detour_run WHERE id = ?"
                + connection.dialect().forUpdate,
            row -> new Stored(row.getLong(1), row.getLong(2) != 0),
            id);
    return found.isEmpty() ? null : found.getFirst();
  }

  /**
   * What was observed while a clock was ahead is no observation of the time that is still to come:
   * it ends now, also for Detours whose clocks are ahead, until they say again that they live.
   */
  private void insert(LedgerConnection connection, long now) throws SQLException {
    connection.update(
        "INSERT INTO detour_run (id, started, alive, last_batch, ended) VALUES (?, ?, ?, 0, 0)",
        id,
        started,
        now);
    long latest = now + Observation.GAP_SECONDS;
    connection.update("UPDATE detour_run SET alive = ? WHERE alive > ?", now, latest);
    connection.update("DELETE FROM rule_span WHERE span_start > ?", latest);
    connection.update("UPDATE rule_span SET span_end = ? WHERE span_end > ?", now, latest);
  }

  /** Those of the batch, and for a run that is new to the database all that are in force. */
  private Collection<RuleSpans.Span> spansOf(Batch batch) {
    List<RuleSpans.Span> all = new ArrayList<>(batch.spans());
    if (!recorded) {
      all.addAll(spans.all());
    }
    Map<String, RuleSpans.Span> written = new LinkedHashMap<>();
    for (RuleSpans.Span span : all) {
      RuleSpans.Span complete = span.from(completeFrom);
      if (complete != null) {
        written.put(complete.rule() + ' ' + complete.start(), complete);
      }
    }
    return written.values();
  }

  /** Records that this process observes nothing any more. */
  void end(LedgerConnection connection) throws SQLException {
    connection.begin();
    connection.update("UPDATE detour_run SET ended = 1 WHERE id = ?", id);
    connection.commit();
  }
}
