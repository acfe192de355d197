package io.detour.server.access;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * A user name and a password, as the scheme Basic sends them (RFC 7617), in UTF-8 or else in ISO
 * 8859-1. Its text shows neither.
 *
 * @param user 1 to {@link #MAX_BYTES} bytes of UTF-8, without a colon or a control character
 * @param password up to {@link #MAX_BYTES} bytes of UTF-8, without a control character
 */
record Credentials(String user, String password) {
  /** The work of a hash grows with the length. */
  static final int MAX_BYTES = 255;

  private static final Pattern FIELD =
      Pattern.compile("(?i:basic) +([A-Za-z0-9+/]+={0,2})", Pattern.DOTALL);
  private static final int BASE64_GROUP = 4;

  /**
   * Reads a value of {@code Proxy-Authorization}: null if it has another scheme or is malformed.
   */
  static @Nullable Credentials parse(String value) {
    Matcher field = FIELD.matcher(value);
    if (!field.matches() || field.group(1).length() % BASE64_GROUP != 0) {
      return null;
    }
    String text = text(field.group(1));
    int colon = text == null ? -1 : text.indexOf(':');
    if (text == null || colon < 1 || text.chars().anyMatch(Character::isISOControl)) {
      return null;
    }
    Credentials credentials = new Credentials(text.substring(0, colon), text.substring(colon + 1));
    return isShort(credentials.user) && isShort(credentials.password) ? credentials : null;
  }

  private static @Nullable String text(String base64) {
    try {
      return text(Base64.getDecoder().decode(base64));
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  /** Some clients send ISO 8859-1 although they are asked for UTF-8 (RFC 7617 2.1). */
  private static String text(byte[] bytes) {
    try {
      return UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      return new String(bytes, ISO_8859_1);
    }
  }

  private static boolean isShort(String text) {
    return text.getBytes(UTF_8).length <= MAX_BYTES;
  }

  byte[] passwordBytes() {
    return password.getBytes(UTF_8);
  }

  @Override
  public String toString() {
    return "Credentials[***]";
  }

  /**
   * Names credentials without holding them: HMAC-SHA-256 (RFC 2104) under a key that this process
   * has drawn and nobody knows. Any thread.
   */
  static final class Digest {
    private static final String ALGORITHM = "HmacSHA256";
    private static final int KEY_BYTES = 32;

    private final SecretKeySpec key;

    Digest() {
      byte[] random = new byte[KEY_BYTES];
      new SecureRandom().nextBytes(random);
      key = new SecretKeySpec(random, ALGORITHM);
    }

    /** Equal for equal credentials alone. */
    ByteBuffer of(Credentials credentials) {
      try {
        Mac mac = Mac.getInstance(ALGORITHM);
        mac.init(key);
        mac.update(credentials.user().getBytes(UTF_8));
        mac.update((byte) ':'); // no name has a colon
        return ByteBuffer.wrap(mac.doFinal(credentials.passwordBytes()));
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException("every Java has " + ALGORITHM, e);
      }
    }
  }
}
