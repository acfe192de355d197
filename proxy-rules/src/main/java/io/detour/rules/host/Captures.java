package io.detour.rules.host;

import java.util.List;

/** What a matcher found in the host, for the placeholders of a template. Immutable. */
public sealed interface Captures {
  record None() implements Captures {
    static final None NONE = new None();
  }

  /** What stands before a suffix, without the joining dot; empty for the suffix itself. */
  record Prefix(String text) implements Captures {}

  /** The groups of an expression, the whole host first; one that took no part is empty. */
  record Groups(List<String> texts) implements Captures {
    public Groups {
      texts = List.copyOf(texts);
    }
  }
}
