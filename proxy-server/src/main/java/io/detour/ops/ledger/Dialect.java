package io.detour.ops.ledger;

/** What the two databases say differently. */
enum Dialect {
  SQLITE("sqlite", "min", "max", ""),
  POSTGRESQL("postgresql", "least", "greatest", " FOR UPDATE");

  private final String label;
  private final String least;
  private final String greatest;
  private final String forUpdate;

  Dialect(String label, String least, String greatest, String forUpdate) {
    this.label = label;
    this.least = least;
    this.greatest = greatest;
    this.forUpdate = forUpdate;
  }

  /** As reports and folders of migrations call it. */
  String label() {
    return label;
  }

  /** The smaller of two numbers. */
  String least(String one, String other) {
    return least + '(' + one + ", " + other + ')';
  }

  /** The larger of two numbers. */
  String greatest(String one, String other) {
    return greatest + '(' + one + ", " + other + ')';
  }

  /** Ends a query whose rows are to be locked; an SQLite transaction has locked everything. */
  String forUpdate() {
    return forUpdate;
  }
}
