package io.detour.server.access;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Names credentials without holding them: HMAC-SHA-256 (RFC 2104) under a key that this process has
 * drawn and nobody knows. Any thread.
 */
final class CredentialsDigest {
  private static final String ALGORITHM = "HmacSHA256";
  private static final int KEY_BYTES = 32;

  private final SecretKeySpec key;

  CredentialsDigest() {
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
