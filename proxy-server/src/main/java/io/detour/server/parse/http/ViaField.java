package io.detour.server.parse.http;

import java.security.SecureRandom;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * What this process calls itself in the field {@code Via} (RFC 9110 7.6.3): different in each, so
 * that a request which comes back is known, and one that comes from another Detour is not mistaken
 * for it. Immutable; any thread.
 *
 * @param text a token
 */
public record ViaField(String text) {
  public static final String NAME = "Via";

  private static final int RANDOM_BYTES = 4;

  public static ViaField random() {
    byte[] bytes = new byte[RANDOM_BYTES];
    new SecureRandom().nextBytes(bytes);
    return new ViaField("detour-" + HexFormat.of().formatHex(bytes));
  }

  /** Whether a message with these fields has passed this process before. */
  public boolean isIn(FieldLines fields) {
    if (!fields.contains(NAME)) {
      return false;
    }
    for (String passed : fields.tokens(NAME)) {
      // received-protocol RWS received-by [ RWS comment ]
      String[] words = passed.split("[ \t]+", 3);
      if (words.length > 1 && words[1].equalsIgnoreCase(text)) {
        return true;
      }
    }
    return false;
  }

  /** The field value of a received message, its lines joined, or null if it has none. */
  public static @Nullable String received(FieldLines fields) {
    return fields.contains(NAME) ? String.join(", ", fields.all(NAME)) : null;
  }

  /**
   * The field value with this process behind the others.
   *
   * @param received as {@link #received} has it
   * @param minorVersion of the HTTP/1 of the received message
   */
  public String appendedTo(@Nullable String received, int minorVersion) {
    String own = "1." + minorVersion + ' ' + text;
    return received == null ? own : received + ", " + own;
  }

  /** Sets the field of a message that is passed on, which was received with these fields. */
  void set(FieldLines.Builder passedOn, FieldLines received, int minorVersion) {
    passedOn.set(NAME, appendedTo(received(received), minorVersion));
  }
}
