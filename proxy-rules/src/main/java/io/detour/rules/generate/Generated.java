package io.detour.rules.generate;

import java.util.List;

/**
 * Rules in the language of another system. Immutable.
 *
 * @param text whole lines in ASCII; begins with comments that say where it comes from and hold the
 *     notes
 * @param notes what the other system does differently
 */
public record Generated(String text, List<Note> notes) {
  public Generated {
    notes = List.copyOf(notes);
  }

  /**
   * A difference.
   *
   * @param rule the name of the rule, or empty if it is none of a rule
   * @param reason one phrase, fit for a terminal
   */
  public record Note(String rule, String reason) {
    /** {@code rule erp: changes the port}. */
    @Override
    public String toString() {
      return rule.isEmpty() ? reason : "rule " + rule + ": " + reason;
    }
  }
}
