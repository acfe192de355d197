package io.detour.rules.generate;

import io.detour.core.Printable;
import io.detour.rules.generate.NameRules.NameRule;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Rules in the language of another system, in ASCII, and what it does differently. Immutable. */
public record Generated(String text, List<Note> notes) {
  public Generated {
    notes = List.copyOf(notes);
  }

  /** A difference in one phrase, fit for a terminal, and the rule or an empty name. */
  public record Note(String rule, String reason) {
    /** {@code rule erp: changes the port}. */
    @Override
    public String toString() {
      return rule.isEmpty() ? reason : "rule " + rule + ": " + reason;
    }
  }

  /** A text that is being written, and the notes on it. One thread. */
  static final class Draft {
    private final String format;
    private final NameRules rules;
    private final String comment;
    private final StringBuilder body = new StringBuilder();
    private final Set<Generated.Note> notes = new LinkedHashSet<>();

    /** The format is what the command line calls it. */
    Draft(String format, NameRules rules, String comment) {
      this.format = format;
      this.rules = rules;
      this.comment = comment;
    }

    void line(String line) {
      body.append(line).append('\n');
    }

    void comment(String text) {
      line(comment + ' ' + text);
    }

    /** What a rule does and the other system does not. */
    void note(String rule, String reason) {
      notes.add(new Generated.Note(rule, Printable.escaped(reason)));
    }

    /** Notes what else the rules do, for a system that does not leave the decision to Detour. */
    void noteCaveats() {
      for (NameRule rule : rules.rules()) {
        rule.caveats().forEach(caveat -> note(rule.name(), caveat));
      }
    }

    /** Notes that names without a rule are rejected, for a system that leaves them alone. */
    void noteUnmatched() {
      if (rules.unmatchedRejected()) {
        note("", "names that no rule matches are rejected; here they are left alone");
      }
    }

    Generated finish() {
      long rulesWithNotes =
          notes.stream()
              .map(Generated.Note::rule)
              .filter(rule -> !rule.isEmpty())
              .distinct()
              .count();
      int count = rules.rules().size();
      StringBuilder text = new StringBuilder();
      commentLine(
          text,
          "made by detour generate %s from %s; %d %s, %d with notes"
              .formatted(
                  format, rules.source(), count, count == 1 ? "rule" : "rules", rulesWithNotes));
      notes.forEach(note -> commentLine(text, note.toString()));
      return new Generated(text.append(body).toString(), notes.stream().toList());
    }

    /** Whatever a note or a file name holds, it ends no comment. */
    private void commentLine(StringBuilder text, String content) {
      text.append(comment).append(' ');
      Printable.escaped(content)
          .codePoints()
          .forEach(c -> text.append(c < 0x80 ? Character.toString(c) : "\\u%04x".formatted(c)));
      text.append('\n');
    }
  }
}
