package io.detour.ops.demo;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.detour.rules.document.RegularFile;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A certificate for the demo's names, signed by an authority whose key is gone then.
 *
 * @param server TLS for the origin
 * @param authority its certificate for {@code curl --cacert} in PEM, in a folder of its own
 */
record DemoCertificate(SslContext server, Path authority) implements AutoCloseable {
  private static final Logger logger = LoggerFactory.getLogger(DemoCertificate.class);
  private static final String AUTHORITY = "authority";
  private static final String ORIGIN = "origin";

  /** Keytool wants one; the file is in a private folder, and for a second. */
  private static final String PASSWORD = "detour-demo";

  /** Valid from an hour ago, for a client whose clock is behind. */
  private static final String NEW_ENTRY =
      "-genkeypair -storetype PKCS12 -keyalg EC -groupname secp256r1 -startdate -1H -validity 7";

  /**
   * @throws IOException if the certificate cannot be issued, or its file cannot be written
   */
  static DemoCertificate issue(Keytool keytool) throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory("detour-demo");
    folder.toFile().deleteOnExit();
    Path keys = folder.resolve("keys.p12");
    Path pem = folder.resolve("ca.pem");
    pem.toFile().deleteOnExit();
    try {
      KeyStore store;
      try {
        store = issue(keytool, keys);
      } finally {
        Files.deleteIfExists(keys);
      }
      Files.writeString(pem, pem(store.getCertificate(AUTHORITY)), US_ASCII);
      return new DemoCertificate(tls(store), pem);
    } catch (GeneralSecurityException e) {
      delete(pem);
      throw new IllegalStateException("the JDK reads and uses what its keytool has issued", e);
    } catch (IOException | InterruptedException e) {
      delete(pem);
      throw e;
    }
  }

  private static KeyStore issue(Keytool keytool, Path file)
      throws IOException, InterruptedException, GeneralSecurityException {
    String names =
        DemoNames.certificateNames().stream()
            .map(name -> "dns:" + name)
            .collect(Collectors.joining(","));
    String authority = "-ext bc:critical=ca:true -ext ku:critical=keyCertSign,cRLSign";
    String origin = "-signer authority -ext ku:critical=digitalSignature -ext eku=serverAuth";
    keytool.run(newEntry(file, AUTHORITY, authority));
    keytool.run(newEntry(file, ORIGIN, origin + " -ext san=" + names));
    return KeyStore.getInstance(file.toFile(), PASSWORD.toCharArray());
  }

  private static List<String> newEntry(Path file, String alias, String options) {
    List<String> arguments = new ArrayList<>(List.of((NEW_ENTRY + ' ' + options).split(" ")));
    arguments.addAll(List.of("-keystore", file.toString(), "-storepass", PASSWORD));
    arguments.addAll(List.of("-alias", alias, "-dname", "CN=Detour demo " + alias));
    return arguments;
  }

  private static SslContext tls(KeyStore store) throws IOException, GeneralSecurityException {
    return SslContextBuilder.forServer(
            (PrivateKey) store.getKey(ORIGIN, PASSWORD.toCharArray()),
            (X509Certificate) store.getCertificate(ORIGIN))
        .sslProvider(SslProvider.JDK)
        .build();
  }

  private static String pem(Certificate certificate) throws GeneralSecurityException {
    return """
    -----BEGIN CERTIFICATE-----
    %s
    -----END CERTIFICATE-----
    """
        .formatted(
            Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(certificate.getEncoded()));
  }

  /** Deletes the file and its folder; what cannot be deleted is a warning. */
  @Override
  public void close() {
    try {
      delete(authority);
    } catch (IOException e) {
      logger.warn("demo: {} is left: {}", authority, RegularFile.reason(e));
    }
  }

  private static void delete(Path pem) throws IOException {
    Files.deleteIfExists(pem);
    Path folder = pem.getParent();
    if (folder != null) {
      Files.deleteIfExists(folder);
    }
  }
}
