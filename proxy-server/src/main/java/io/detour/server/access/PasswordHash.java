package io.detour.server.access;

import static java.nio.charset.StandardCharsets.US_ASCII;

import at.favre.lib.crypto.bcrypt.BCrypt;
import at.favre.lib.crypto.bcrypt.LongPasswordStrategies;
import io.detour.core.Parsed;
import java.security.MessageDigest;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.commons.codec.digest.Crypt;

/**
 * A password as a file keeps it: salted, and slow to try out. Its text does not show it. Immutable;
 * any thread.
 *
 * @param kind how it was made
 * @param cost of trying one password: the logarithm of the rounds for bcrypt, else the rounds
 * @param text as {@code crypt(5)} has it
 */
record PasswordHash(Kind kind, int cost, String text) {
  /** How a hash is made. */
  enum Kind {
    /** {@code $2y$}, {@code $2a$} and {@code $2b$}. */
    BCRYPT,
    /** {@code $5$}. */
    SHA_256,
    /** {@code $6$}. */
    SHA_512
  }

  private static final Pattern BCRYPT =
      Pattern.compile("\\$2[aby]\\$([0-9]{2})\\$[./A-Za-z0-9]{53}");
  private static final Pattern SHA =
      Pattern.compile(
          "\\$([56])\\$(?:rounds=([1-9][0-9]{0,8})\\$)?[./A-Za-z0-9]{1,16}\\$"
              + "([./A-Za-z0-9]{43}|[./A-Za-z0-9]{86})");
  private static final Pattern DES = Pattern.compile("[./A-Za-z0-9]{13}");

  private static final BCrypt.Version BCRYPT_VERSION = BCrypt.Version.VERSION_2Y;
  private static final int MIN_BCRYPT_COST = 4;

  /** Takes some seconds. */
  private static final int MAX_BCRYPT_COST = 15;

  private static final int DEFAULT_ROUNDS = 5_000;
  private static final int MIN_ROUNDS = 1_000;

  /** Takes a second or two. */
  private static final int MAX_ROUNDS = 1_000_000;

  private static final int SHA_256_CHARACTERS = 43;

  static Parsed<PasswordHash> parse(String text) {
    Matcher bcrypt = BCRYPT.matcher(text);
    if (bcrypt.matches()) {
      int cost = Integer.parseInt(bcrypt.group(1));
      return cost >= MIN_BCRYPT_COST && cost <= MAX_BCRYPT_COST
          ? Parsed.of(new PasswordHash(Kind.BCRYPT, cost, text))
          : Parsed.malformed(
              "bcrypt cost: %d (expected: %d..%d)"
                  .formatted(cost, MIN_BCRYPT_COST, MAX_BCRYPT_COST));
    }
    Matcher sha = SHA.matcher(text);
    return sha.matches() ? sha(sha, text) : Parsed.malformed(refusal(text));
  }

  private static Parsed<PasswordHash> sha(Matcher sha, String text) {
    boolean is256 = sha.group(1).equals("5");
    if (is256 != (sha.group(3).length() == SHA_256_CHARACTERS)) {
      return Parsed.malformed(refusal(text));
    }
    int rounds = sha.group(2) == null ? DEFAULT_ROUNDS : Integer.parseInt(sha.group(2));
    return rounds >= MIN_ROUNDS && rounds <= MAX_ROUNDS
        ? Parsed.of(new PasswordHash(is256 ? Kind.SHA_256 : Kind.SHA_512, rounds, text))
        : Parsed.malformed(
            "rounds: " + rounds + " (expected: " + MIN_ROUNDS + ".." + MAX_ROUNDS + ")");
  }

  private static String refusal(String text) {
    String found =
        text.startsWith("$apr1$") || text.startsWith("$1$")
            ? "an MD5 hash is quickly broken"
            : text.startsWith("{SHA}")
                ? "a SHA-1 hash without salt is quickly broken"
                : DES.matcher(text).matches()
                    ? "this is a DES hash, of which only 8 characters count, or no hash"
                    : text.startsWith("$2") || text.startsWith("$5$") || text.startsWith("$6$")
                        ? "this is only a part of a hash"
                        : "this is no hash of a known kind, maybe the password itself";
    return found + " (expected: bcrypt or SHA-2; make the entry with htpasswd -B FILE USER)";
  }

  /**
   * Whether it was made of a password. Takes some milliseconds, whatever the outcome: not for an
   * event loop.
   *
   * @param password UTF-8; of bcrypt the first 72 bytes count
   */
  boolean matches(byte[] password) {
    byte[] expected = text.getBytes(US_ASCII);
    return switch (kind) {
      case BCRYPT ->
          BCrypt.verifyer(BCRYPT_VERSION, LongPasswordStrategies.truncate(BCRYPT_VERSION))
              .verify(password, expected)
              .verified;
      case SHA_256, SHA_512 ->
          MessageDigest.isEqual(expected, Crypt.crypt(password.clone(), text).getBytes(US_ASCII));
    };
  }

  @Override
  public String toString() {
    return kind + "[***]";
  }
}
