package io.detour.server.parse.http;

import java.security.SecureRandom;
import java.util.HexFormat;

/**
 * What this process calls itself in the field {@code Via} (RFC 9110 7.6.3): different in each, so
 * that a request which comes back is known, and one that comes from another Detour is not mistaken
 * for it. Immutable; any thread.
 *
 * @param text a token
 */
public record ViaField(String text) {
  private static final int RANDOM_BYTES = 4;

  /** A new one. */
  public static ViaField random() {
    byte[] bytes = new byte[RANDOM_BYTES];
    new SecureRandom().nextBytes(bytes);
    return new ViaField("detour-" + HexFormat.of().formatHex(bytes));
  }

  /**
   * Whether a message has passed this process before.
   *
   * @param fields of the message
   */
  public boolean isIn(FieldLines fields) {
    if (!fields.contains("Via")) {
      return false;
    }
    for (String passed : fields.tokens("Via")) {
      // received-protocol RWS received-by [ RWS comment ]
      String[] words = passed.split("[ \t]+", 3);
      if (words.length > 1 && words[1].equalsIgnoreCase(text)) {
        return true;
      }
    }
    return false;
  }

  /**
   * The field value with this process behind the others.
   *
   * @param fields of the received message
   * @param minorVersion of the received message
   */
  public String appendedTo(FieldLines fields, int minorVersion) {
    String own = "1." + minorVersion + ' ' + text;
    return fields.contains("Via") ? String.join(", ", fields.all("Via")) + ", " + own : own;
  }
}
