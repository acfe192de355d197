package io.detour.server.accept;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A private key in PEM: PKCS #8 ({@code PRIVATE KEY}), which Java reads, or one of the forms that
 * older tools write, PKCS #1 ({@code RSA PRIVATE KEY}, RFC 8017 A.1.2) and SEC 1 ({@code EC PRIVATE
 * KEY}, RFC 5915), which are PKCS #8 without its cover.
 */
final class PrivateKeyFile {
  private static final Pattern KEY =
      Pattern.compile(
          "-----BEGIN (|RSA |EC )PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END \\1PRIVATE KEY-----");
  private static final Pattern ENCRYPTED =
      Pattern.compile("BEGIN ENCRYPTED PRIVATE KEY|Proc-Type: *4, *ENCRYPTED");

  private static final int SEQUENCE = 0x30;
  private static final int OCTET_STRING = 0x04;
  private static final byte[] VERSION_0 = {0x02, 1, 0};

  private PrivateKeyFile() {}

  /**
   * @param publicKey that it should belong to
   * @throws IOException if the file has no such key; the message names it and says why
   */
  static PrivateKey read(Path file, PublicKey publicKey) throws IOException {
    String text = new String(TlsPair.bytes(file), ISO_8859_1);
    Matcher pem = KEY.matcher(text);
    if (!pem.find()) {
      throw new IOException(file + problem(text));
    }
    String algorithm = publicKey.getAlgorithm();
    try {
      byte[] encoded = Base64.getMimeDecoder().decode(pem.group(2));
      byte[] pkcs8 = pem.group(1).isEmpty() ? encoded : covered(encoded, publicKey);
      return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
    } catch (IllegalArgumentException | GeneralSecurityException e) {
      throw new IOException(file + ": is no private key for a certificate of type " + algorithm, e);
    }
  }

  private static String problem(String text) {
    if (ENCRYPTED.matcher(text).find()) {
      return ": the key is encrypted (expected: one without a passphrase, as `openssl pkey`"
          + " writes)";
    }
    return text.contains("PRIVATE KEY-----")
        ? ": the form of the key is not known (expected: PKCS #8, PKCS #1 or SEC 1 in PEM, as"
            + " `openssl pkey` writes)"
        : ": has no private key (expected: PEM, BEGIN PRIVATE KEY)";
  }

  /**
   * The PKCS #8 form of a key (RFC 5958 2): version, algorithm, and the key as an octet string. The
   * algorithm, with the curve of an EC key, is that of the public key, whose encoding begins with
   * it (RFC 5280 4.1).
   */
  private static byte[] covered(byte[] key, PublicKey publicKey) {
    ByteBuffer info = content(ByteBuffer.wrap(publicKey.getEncoded()));
    int start = info.position();
    int end = content(info.duplicate()).limit();
    byte[] algorithm = new byte[end - start];
    info.get(algorithm);
    return element(SEQUENCE, VERSION_0, algorithm, element(OCTET_STRING, key));
  }

  /**
   * What is in the sequence at the position of a buffer: its position is the start, its limit the
   * end.
   */
  private static ByteBuffer content(ByteBuffer der) {
    der.get();
    int length = der.get() & 0xFF;
    if (length > 0x7F) {
      int octets = length & 0x7F;
      length = 0;
      for (int i = 0; i < octets; i++) {
        length = (length << Byte.SIZE) | (der.get() & 0xFF);
      }
    }
    return der.limit(der.position() + length);
  }

  /** An element of DER (X.690 8.1): tag, length and content. */
  private static byte[] element(int tag, byte[]... parts) {
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      content.writeBytes(part);
    }
    ByteArrayOutputStream element = new ByteArrayOutputStream();
    element.write(tag);
    int length = content.size();
    if (length > 0x7F) {
      int octets = length > 0xFF ? 2 : 1; // no key has 64 KiB
      element.write(0x80 | octets);
      if (octets > 1) {
        element.write(length >> Byte.SIZE);
      }
    }
    element.write(length);
    element.writeBytes(content.toByteArray());
    return element.toByteArray();
  }
}
