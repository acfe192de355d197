package io.detour.server.accept;

import io.detour.rules.document.RegularFile;
import io.detour.server.accept.ListenerOptions.TlsFiles;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;

/** A certificate and those above it, in this order, with its private key. */
record TlsPair(List<X509Certificate> chain, PrivateKey key) {
  private static final int MAX_FILE_BYTES = 1 << 20;

  TlsPair {
    chain = List.copyOf(chain);
  }

  /**
   * @throws IOException if the files cannot be used; the message names the file and says why
   */
  static TlsPair read(TlsFiles files) throws IOException {
    List<X509Certificate> chain = chain(files.certificate());
    PublicKey publicKey = chain.getFirst().getPublicKey();
    PrivateKey key = PrivateKeyFile.read(files.key(), publicKey);
    if (!belongTogether(key, publicKey)) {
      throw new IOException(files.key() + ": is not the key of " + files.certificate());
    }
    return new TlsPair(chain, key);
  }

  private static List<X509Certificate> chain(Path file) throws IOException {
    try {
      Collection<? extends java.security.cert.Certificate> read =
          CertificateFactory.getInstance("X.509")
              .generateCertificates(new ByteArrayInputStream(bytes(file)));
      if (read.isEmpty()) {
        throw new IOException(file + ": has no certificate (expected: PEM)");
      }
      return read.stream().map(X509Certificate.class::cast).toList();
    } catch (CertificateException e) {
      throw new IOException(file + ": is no list of certificates (expected: PEM)", e);
    }
  }

  /** Reads a PEM file; the message of a failure names it. */
  static byte[] bytes(Path file) throws IOException {
    byte[] bytes;
    try {
      bytes = RegularFile.read(file, MAX_FILE_BYTES);
    } catch (IOException e) {
      throw new IOException(file + ": cannot be read: " + RegularFile.reason(e), e);
    }
    if (bytes.length > MAX_FILE_BYTES) {
      throw new IOException(file + ": is larger than " + (MAX_FILE_BYTES >> 20) + " MiB");
    }
    return bytes;
  }

  /** Java would notice that they do not in the first handshake only. */
  private static boolean belongTogether(PrivateKey key, PublicKey publicKey) throws IOException {
    String algorithm =
        switch (key.getAlgorithm()) {
          case "EC" -> "SHA256withECDSA";
          case "RSA" -> "SHA256withRSA";
          default -> key.getAlgorithm();
        };
    byte[] signed = {1, 2, 3};
    try {
      Signature signature = Signature.getInstance(algorithm);
      signature.initSign(key);
      signature.update(signed);
      byte[] signatureBytes = signature.sign();
      signature.initVerify(publicKey);
      signature.update(signed);
      return signature.verify(signatureBytes);
    } catch (GeneralSecurityException e) {
      throw new IOException("a key of type " + key.getAlgorithm() + " cannot be used", e);
    }
  }
}
