-- Times are seconds since 1970.

CREATE TABLE legacy_use (
  rule TEXT NOT NULL,
  host TEXT NOT NULL,
  client TEXT NOT NULL,
  first_seen BIGINT NOT NULL,
  last_seen BIGINT NOT NULL,
  requests BIGINT NOT NULL,
  bytes_upstream BIGINT NOT NULL,
  bytes_downstream BIGINT NOT NULL,
  -- That of the next three, 0 if there was none.
  last_request BIGINT NOT NULL,
  last_user TEXT,
  last_user_agent TEXT,
  last_target TEXT,
  PRIMARY KEY (rule, host, client)
);

CREATE INDEX legacy_use_last_seen ON legacy_use (last_seen);

-- The use of a rule whose rows were removed because of their age.
CREATE TABLE retired_use (
  rule TEXT NOT NULL PRIMARY KEY,
  first_seen BIGINT NOT NULL,
  last_seen BIGINT NOT NULL
);

-- One for each Detour from its start to its end.
CREATE TABLE detour_run (
  id TEXT NOT NULL PRIMARY KEY,
  started BIGINT NOT NULL,
  alive BIGINT NOT NULL,
  last_batch BIGINT NOT NULL,
  ended BIGINT NOT NULL
);

-- When a rule was in force. Without an end, it was as long as its run was alive.
CREATE TABLE rule_span (
  rule TEXT NOT NULL,
  run TEXT NOT NULL,
  span_start BIGINT NOT NULL,
  span_end BIGINT,
  PRIMARY KEY (rule, run, span_start)
);

CREATE INDEX rule_span_run ON rule_span (run);

CREATE TABLE target_certificate (
  rule TEXT NOT NULL,
  target TEXT NOT NULL,
  checked BIGINT NOT NULL,
  not_after BIGINT,
  covers_legacy_name BIGINT,
  problem TEXT,
  PRIMARY KEY (rule, target)
);
