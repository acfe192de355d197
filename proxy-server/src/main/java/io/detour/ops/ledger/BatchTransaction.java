package io.detour.ops.ledger;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes a batch in one transaction, once.
 *
 * <p>When a connection breaks during a commit, nobody can tell whether the batch is in the
 * database. Therefore its number is written with it, in the row of the run, and looked at before
 * the batch is written again. That look waits for a commit that is still going on, since it locks
 * the row.
 */
final class BatchTransaction {
  private final Connection connection;
  private final Dialect dialect;
  private final Run run;
  private final RuleSpans spans;

  /**
   * @param connection with autocommit; not to be used any more after a failure
   * @param spans what is in force now, for a run that the database does not know
   */
  BatchTransaction(Connection connection, Dialect dialect, Run run, RuleSpans spans) {
    this.connection = connection;
    this.dialect = dialect;
    this.run = run;
    this.spans = spans;
  }

  /** What the database knows about a run. */
  private record Standing(long lastBatch, boolean ended) {}

  /** Writes a batch, unless it is there already. */
  void write(Batch batch) throws SQLException {
    Transaction.begin(connection, dialect);
    Standing standing = standing();
    if (standing != null && standing.lastBatch >= batch.number()) {
      Transaction.commit(connection);
      run.has(batch);
      return;
    }
    if (run.isRecorded() && (standing == null || standing.lastBatch < run.lastBatch())) {
      run.renewAfterLoss();
    } else if (standing != null && standing.ended) {
      run.renew();
    }
    StoredRows rows = new StoredRows(connection, dialect);
    if (!run.isRecorded()) {
      insertRun(batch);
    }
    rows.mergeSpans(run.id(), spansOf(batch));
    rows.mergeUses(batch.rows());
    rows.mergeCertificates(batch.certificates());
    updateRun(batch);
    Transaction.commit(connection);
    run.has(batch);
  }

  private @Nullable Standing standing() throws SQLException {
    String sql = "SELECT last_batch, ended FROM detour_run WHERE id = ?" + dialect.forUpdate();
    try (PreparedStatement query = connection.prepareStatement(sql)) {
      query.setString(1, run.id());
      try (ResultSet row = query.executeQuery()) {
        return row.next() ? new Standing(row.getLong(1), row.getLong(2) != 0) : null;
      }
    }
  }

  private void insertRun(Batch batch) throws SQLException {
    String sql =
        "INSERT INTO detour_run (id, started, alive, last_batch, ended) VALUES (?, ?, ?, 0, 0)";
    try (PreparedStatement insert = connection.prepareStatement(sql)) {
      insert.setString(1, run.id());
      insert.setLong(2, run.started());
      insert.setLong(3, batch.aliveSecond());
      insert.executeUpdate();
    }
    forgetTheFuture(batch.aliveSecond());
  }

  /**
   * What was observed while a clock was ahead is no observation of the time that is still to come:
   * it ends now, also for Detours whose clocks are ahead, until they say again that they live.
   */
  private void forgetTheFuture(long now) throws SQLException {
    long latest = now + Observation.GAP_SECONDS;
    for (String sql :
        new String[] {
          "UPDATE detour_run SET alive = " + now + " WHERE alive > " + latest,
          "DELETE FROM rule_span WHERE span_start > " + latest,
          "UPDATE rule_span SET span_end = " + now + " WHERE span_end > " + latest
        }) {
      try (Statement statement = connection.createStatement()) {
        statement.executeUpdate(sql);
      }
    }
  }

  /** Those of the batch, and for a run that is new to the database all that are in force. */
  private Collection<RuleSpan> spansOf(Batch batch) {
    List<RuleSpan> all = new ArrayList<>(batch.spans());
    if (!run.isRecorded()) {
      all.addAll(spans.all());
    }
    Map<String, RuleSpan> written = new LinkedHashMap<>();
    for (RuleSpan span : all) {
      RuleSpan complete = span.from(run.completeFrom());
      if (complete != null) {
        written.put(complete.rule() + ' ' + complete.start(), complete);
      }
    }
    return written.values();
  }

  private void updateRun(Batch batch) throws SQLException {
    String sql =
        "UPDATE detour_run SET last_batch = ?, alive = "
            + dialect.greatest("alive", "?")
            + " WHERE id = ?";
    try (PreparedStatement update = connection.prepareStatement(sql)) {
      update.setLong(1, batch.number());
      update.setLong(2, batch.aliveSecond());
      update.setString(3, run.id());
      update.executeUpdate();
    }
  }

  /** Says that this process observes nothing any more. */
  void end() throws SQLException {
    Transaction.begin(connection, dialect);
    try (PreparedStatement update =
        connection.prepareStatement("UPDATE detour_run SET ended = 1 WHERE id = ?")) {
      update.setString(1, run.id());
      update.executeUpdate();
    }
    Transaction.commit(connection);
  }
}
