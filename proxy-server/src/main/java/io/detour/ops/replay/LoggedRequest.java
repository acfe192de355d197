package io.detour.ops.replay;

import io.detour.core.HostPort;
import io.detour.core.Parsed;
import io.detour.core.Printable;
import io.detour.ops.replay.AccessLogReader.ParsedLine;
import io.detour.rules.Decision;
import io.detour.rules.Decision.Effect;
import io.detour.rules.Mode;
import io.detour.rules.document.Fields;
import io.detour.server.log.AccessLog;
import io.detour.server.log.AccessLog.Keys;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.EnumSet;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One request as a line of the access log has it. Immutable.
 *
 * @param time when it was logged, in milliseconds
 * @param client address of the client, or what its socket calls itself when it has none
 * @param ruling what the rules said, or null if the line does not tell
 * @param attempts how many targets were dialled; 0 if that is not known or none was
 * @param refusal what the client was told instead of being served, or null
 * @param suppressed earlier uses of the same rule or suffix by the same client that have no line of
 *     their own
 */
public record LoggedRequest(
    long line,
    Instant time,
    String client,
    @Nullable String user,
    @Nullable HostPort asked,
    @Nullable Ruling ruling,
    int attempts,
    @Nullable Refused refusal,
    int suppressed)
    implements ParsedLine {
  private static final SortedMap<String, Effect> EFFECTS = byWord(EnumSet.allOf(Effect.class));
  private static final SortedMap<String, Mode> MODES =
      byWord(EnumSet.of(Mode.ENFORCE, Mode.REPORT));
  private static final String RULE_NAME = "[a-z0-9-]{1,63}";
  private static final int MIN_ERROR = 400;

  /** What a client was told instead of being served. */
  public record Refused(int status, @Nullable String error, @Nullable String details) {
    /** Whether a template made no host, and not, say, a port that may not be asked for. */
    private boolean isForNoValidHost() {
      return Decision.Rewrite.NO_VALID_HOST.equals(error)
          && (details == null || details.contains(Decision.Rewrite.MADE_NO_VALID_HOST));
    }
  }

  /** Reads the facts of a line. */
  static ParsedLine of(long line, String event, Map<String, String> facts) {
    try {
      int suppressed =
          number(facts, Keys.SUPPRESSED, 1, Integer.MAX_VALUE).orElse(0)
              + number(facts, Keys.SUPPRESSED_FAILURES, 1, Integer.MAX_VALUE).orElse(0);
      if (!event.equals(AccessLog.DECISION)) {
        return new OtherEvent(suppressed);
      }
      return new LoggedRequest(
          line,
          time(required(facts, Keys.TS)),
          required(facts, Keys.CLIENT),
          facts.get(Keys.USER),
          hostPort(facts.get(Keys.REQUESTED)),
          ruling(facts),
          number(facts, Keys.ATTEMPTS, 1, Integer.MAX_VALUE).orElse(0),
          refusal(facts),
          suppressed);
    } catch (BadFact e) {
      return new ParsedLine.Strange(String.valueOf(e.getMessage()));
    }
  }

  private static @Nullable Ruling ruling(Map<String, String> facts) throws BadFact {
    if (!facts.containsKey(Keys.RULE)) {
      return facts.containsKey(Keys.SUFFIX) ? Ruling.UNMATCHED : null;
    }
    Mode mode = facts.containsKey(Keys.MODE) ? oneOf(MODES, facts, Keys.MODE) : Mode.ENFORCE;
    String goal = facts.get(mode == Mode.ENFORCE ? Keys.TARGET : Keys.WOULD_REWRITE_TO);
    String rule = required(facts, Keys.RULE);
    if (!rule.matches(RULE_NAME)) {
      throw new BadFact(Printable.quoted(rule) + " is no rule (expected: " + RULE_NAME + ")");
    }
    Effect effect = oneOf(EFFECTS, facts, Keys.ACTION);
    Refused refusal = refusal(facts);
    boolean isKnown =
        goal != null || mode == Mode.REPORT || (refusal != null && refusal.isForNoValidHost());
    return isKnown
        ? Ruling.of(rule, effect, mode, hostPort(goal))
        : Ruling.withoutGoal(rule, effect, mode);
  }

  private static @Nullable Refused refusal(Map<String, String> facts) throws BadFact {
    OptionalInt status = number(facts, Keys.STATUS, 100, 599);
    return status.isEmpty() || status.getAsInt() < MIN_ERROR
        ? null
        : new Refused(status.getAsInt(), facts.get(Keys.ERROR), facts.get(Keys.DETAILS));
  }

  private static <T extends Enum<T>> SortedMap<String, T> byWord(Set<T> constants) {
    SortedMap<String, T> words = new TreeMap<>();
    constants.forEach(constant -> words.put(Fields.wordOf(constant), constant));
    return words;
  }

  private static String required(Map<String, String> facts, String key) throws BadFact {
    String value = facts.get(key);
    if (value == null) {
      throw new BadFact("\"" + key + "\" is missing");
    }
    return value;
  }

  private static <T> T oneOf(SortedMap<String, T> words, Map<String, String> facts, String key)
      throws BadFact {
    String word = required(facts, key);
    T value = words.get(word);
    if (value == null) {
      String expected = String.join(", ", words.keySet());
      throw new BadFact(Printable.quoted(word) + " is no " + key + " (expected: " + expected + ")");
    }
    return value;
  }

  private static Instant time(String text) throws BadFact {
    try {
      return OffsetDateTime.parse(text).toInstant();
    } catch (DateTimeException e) {
      throw new BadFact(
          Printable.quoted(text) + " is no time (expected: 2026-11-21T01:28:47.100Z)");
    }
  }

  private static @Nullable HostPort hostPort(@Nullable String text) throws BadFact {
    if (text == null) {
      return null;
    }
    return switch (HostPort.parse(text)) {
      case Parsed.Value(HostPort hostPort) -> hostPort;
      case Parsed.Malformed(String problem) ->
          throw new BadFact(Printable.quoted(text) + " is not HOST:PORT: " + problem);
    };
  }

  private static OptionalInt number(Map<String, String> facts, String key, int least, int most)
      throws BadFact {
    String text = facts.get(key);
    if (text == null) {
      return OptionalInt.empty();
    }
    long number = text.matches("[0-9]{1,10}") ? Long.parseLong(text) : -1;
    if (number < least || number > most) {
      throw new BadFact(
          Printable.quoted(text) + " is no " + key + " (expected: " + least + ".." + most + ")");
    }
    return OptionalInt.of((int) number);
  }

  /** Ends the reading of a line; never leaves this class. */
  private static final class BadFact extends Exception {
    private static final long serialVersionUID = 1;

    BadFact(String message) {
      super(message, null, false, false);
    }
  }
}
