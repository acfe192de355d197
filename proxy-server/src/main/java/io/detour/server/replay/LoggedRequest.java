package io.detour.server.replay;

import io.detour.core.HostPort;
import io.detour.core.MalformedAuthority;
import io.detour.core.ParsedAuthority;
import io.detour.rules.Printable;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * One request as the access log has it. Immutable.
 *
 * <p>In the text format a request may have two lines: one for the rule that decided and, if it was
 * refused or failed afterwards, one with a status.
 *
 * @param line where it stands in the log, from 1
 * @param time when it was logged, in milliseconds
 * @param client address of the client, or what its socket calls itself when it has none
 * @param user who the client said it is, or null
 * @param asked what was asked for, or null when the request could not be read
 * @param rule name of the rule that decided, or null
 * @param action {@code rewrite}, {@code pass} or {@code reject}, or null
 * @param mode {@code enforce} or {@code report}, or null in the text format
 * @param target where the request went instead, or null
 * @param status what the client was answered: 100 to 599; empty on the line of a rule
 * @param message the rule's message or the details of a refusal, or null
 */
public record LoggedRequest(
    long line,
    Instant time,
    String client,
    @Nullable String user,
    @Nullable HostPort asked,
    @Nullable String rule,
    @Nullable String action,
    @Nullable String mode,
    @Nullable HostPort target,
    OptionalInt status,
    @Nullable String message)
    implements ParsedLine {

  /**
   * Reads the facts of a line.
   *
   * @param facts by the keys of the JSON format, {@code asked} as a synonym of {@code requested}
   */
  static ParsedLine of(long line, Map<String, String> facts) {
    try {
      @Nullable String asked = facts.getOrDefault("requested", facts.get("asked"));
      @Nullable String message = facts.getOrDefault("message", facts.get("details"));
      return new LoggedRequest(
          line,
          time(required(facts, "ts")),
          required(facts, "client"),
          facts.get("user"),
          hostPort(asked),
          facts.get("rule"),
          facts.get("action"),
          facts.get("mode"),
          hostPort(facts.get("target")),
          status(facts.get("status")),
          message);
    } catch (BadFact e) {
      return new ParsedLine.Strange(String.valueOf(e.getMessage()));
    }
  }

  private static String required(Map<String, String> facts, String key) throws BadFact {
    String value = facts.get(key);
    if (value == null) {
      throw new BadFact("\"" + key + "\" is missing");
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
    ParsedAuthority parsed = HostPort.parse(text);
    return switch (parsed) {
      case HostPort hostPort -> hostPort;
      case MalformedAuthority malformed ->
          throw new BadFact(Printable.quoted(text) + " is not HOST:PORT: " + malformed.problem());
    };
  }

  private static OptionalInt status(@Nullable String text) throws BadFact {
    if (text == null) {
      return OptionalInt.empty();
    }
    if (!text.matches("[1-5][0-9][0-9]")) {
      throw new BadFact(Printable.quoted(text) + " is no status (expected: 100..599)");
    }
    return OptionalInt.of(Integer.parseInt(text));
  }

  /** Ends the reading of a line; never leaves this class. */
  private static final class BadFact extends Exception {
    private static final long serialVersionUID = 1;

    BadFact(String message) {
      super(message, null, false, false);
    }
  }
}
