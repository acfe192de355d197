-- Times are seconds since 1970.

CREATE TABLE legacy_use (
  rule TEXT NOT NULL,
  host TEXT NOT NULL,
  client TEXT NOT NULL,
  first_seen INTEGER NOT NULL,
  last_seen INTEGER NOT NULL,
  requests INTEGER NOT NULL,
  bytes_upstream INTEGER NOT NULL,
  bytes_downstream INTEGER NOT NULL,
  -- That of the next three, 0 if there was none.
  last_request INTEGER NOT NULL,
  last_user TEXT,
  last_user_agent TEXT,
  last_target TEXT,
  PRIMARY KEY (rule, host, client)
) WITHOUT ROWID;

CREATE INDEX legacy_use_last_seen ON legacy_use (last_seen);

-- The use of a rule whose rows were removed because of their age.
CREATE TABLE retired_use (
  rule TEXT NOT NULL PRIMARY KEY,
  first_seen INTEGER NOT NULL,
  last_seen INTEGER NOT NULL
) WITHOUT ROWID;

-- One for each Detour from its start to its end.
CREATE TABLE detour_run (
  id TEXT NOT NULL PRIMARY KEY,
  started INTEGER NOT NULL,
  alive INTEGER NOT NULL,
  last_batch INTEGER NOT NULL,
  ended INTEGER NOT NULL
) WITHOUT ROWID;

-- When a rule was in force. Without an end, it was as long as its run was alive.
CREATE TABLE rule_span (
  rule TEXT NOT NULL,
  run TEXT NOT NULL,
  span_start INTEGER NOT NULL,
  span_end INTEGER,
  PRIMARY KEY (rule, run, span_start)
) WITHOUT ROWID;

CREATE INDEX rule_span_run ON rule_span (run);

CREATE TABLE target_certificate (
  rule TEXT NOT NULL,
  target TEXT NOT NULL,
  checked INTEGER NOT NULL,
  not_after INTEGER,
  covers_legacy_name INTEGER,
  problem TEXT,
  PRIMARY KEY (rule, target)
) WITHOUT ROWID;
