package io.detour.rules.document;

/** Ends the reading of a document that cannot be gone on with; the problem has been added. */
final class Unreadable extends RuntimeException {
  private static final long serialVersionUID = 1;

  Unreadable() {
    super("the problem has been added", null, false, false);
  }
}
