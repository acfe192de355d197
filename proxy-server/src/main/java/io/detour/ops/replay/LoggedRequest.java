package io.detour.ops.replay;

import io.detour.core.HostPort;
import io.detour.core.Parsed;
import io.detour.core.Printable;
import io.detour.server.log.AccessLog;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One request as a line of the access log has it. Immutable.
 *
 * @param line where it stands in the log, from 1
 * @param time when it was logged, in milliseconds
 * @param client address of the client, or what its socket calls itself when it has none
 * @param user who the client said it is, or null
 * @param asked what was asked for, or null when the request could not be read
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
    implements LogLine {
  private static final Set<String> ACTIONS = Set.of("rewrite", "pass", "reject", "brownout");
  private static final Set<String> MODES = Set.of("enforce", "report");
  private static final String RULE_NAME = "[a-z0-9-]{1,63}";
  private static final int MIN_ERROR = 400;

  /**
   * What a client was told instead of being served.
   *
   * @param status 400 to 599
   * @param error the error type of RFC 9209, or null
   * @param details for people, or null
   */
  public record Refused(int status, @Nullable String error, @Nullable String details) {}

  /**
   * Reads the facts of a line.
   *
   * @param event what happened; a request if it is {@link AccessLog#DECISION}
   * @param facts by the keys of the access log
   */
  static Parsed<LogLine> of(long line, String event, Map<String, String> facts) {
    try {
      int suppressed = number(facts, "suppressed", 1, Integer.MAX_VALUE).orElse(0);
      if (!event.equals(AccessLog.DECISION)) {
        return Parsed.of(new OtherEvent(suppressed));
      }
      return Parsed.of(
          new LoggedRequest(
              line,
              time(required(facts, "ts")),
              required(facts, "client"),
              facts.get("user"),
              hostPort(facts.get("requested")),
              ruling(facts),
              number(facts, "attempts", 1, Integer.MAX_VALUE).orElse(0),
              refusal(facts),
              suppressed));
    } catch (BadFact e) {
      return Parsed.malformed(String.valueOf(e.getMessage()));
    }
  }

  private static @Nullable Ruling ruling(Map<String, String> facts) throws BadFact {
    if (!facts.containsKey("rule")) {
      return facts.containsKey("suffix") ? Ruling.UNMATCHED : null;
    }
    String mode = facts.containsKey("mode") ? oneOf(MODES, facts, "mode") : Ruling.ENFORCE;
    String goal = mode.equals(Ruling.ENFORCE) ? "target" : "would_rewrite_to";
    String rule = required(facts, "rule");
    if (!rule.matches(RULE_NAME)) {
      throw new BadFact(Printable.quoted(rule) + " is no rule (expected: " + RULE_NAME + ")");
    }
    return Ruling.of(rule, oneOf(ACTIONS, facts, "action"), mode, hostPort(facts.get(goal)));
  }

  private static @Nullable Refused refusal(Map<String, String> facts) throws BadFact {
    OptionalInt status = number(facts, "status", 100, 599);
    return status.isEmpty() || status.getAsInt() < MIN_ERROR
        ? null
        : new Refused(status.getAsInt(), facts.get("error"), facts.get("details"));
  }

  private static String required(Map<String, String> facts, String key) throws BadFact {
    String value = facts.get(key);
    if (value == null) {
      throw new BadFact("\"" + key + "\" is missing");
    }
    return value;
  }

  private static String oneOf(Set<String> words, Map<String, String> facts, String key)
      throws BadFact {
    String value = required(facts, key);
    if (!words.contains(value)) {
      String expected = String.join(", ", words.stream().sorted().toList());
      throw new BadFact(
          Printable.quoted(value) + " is no " + key + " (expected: " + expected + ")");
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
    Parsed<HostPort> parsed = HostPort.parse(text);
    return switch (parsed) {
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
