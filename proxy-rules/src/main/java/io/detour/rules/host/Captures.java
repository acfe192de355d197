package io.detour.rules.host;

import java.util.List;

/** What a matcher found in the host, for the placeholders of a template. Immutable. */
public sealed interface Captures {
  /** Nothing to fill in. */
  record None() implements Captures {
    static final None NONE = new None();
  }

  /**
   * What stands before a suffix.
   *
   * @param text one or more labels without the joining dot, or empty when the host is the suffix
   *     itself
   */
  record Prefix(String text) implements Captures {}

  /**
   * The groups of a regular expression.
   *
   * @param texts the whole host first, then one text per group; a group that took no part in the
   *     match is empty
   */
  record Groups(List<String> texts) implements Captures {
    public Groups {
      texts = List.copyOf(texts);
    }
  }
}
