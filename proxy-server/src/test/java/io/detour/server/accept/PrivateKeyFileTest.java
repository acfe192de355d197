package io.detour.server.accept;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.detour.Tool;
import io.detour.server.accept.ListenerOptions.TlsFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys as OpenSSL, old and new, writes them. */
@Tag("Q24")
class PrivateKeyFileTest {
  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path folder;

  @SuppressWarnings("NullAway.Init")
  private Tool openssl;

  @BeforeEach
  void find() {
    openssl = Tool.ofPackage("openssl", "openssl");
  }

  private Path file(String name) {
    return folder.resolve(name);
  }

  private void openssl(String arguments) throws Exception {
    openssl.run(folder, arguments.replace("@", folder + "/").split(" ", -1));
  }

  /** A key in PKCS #8 and a certificate for it. */
  private void issue(String algorithm) throws Exception {
    openssl("genpkey -out @pkcs8.pem " + algorithm);
    openssl("req -x509 -key @pkcs8.pem -out @cert.pem -days 2 -subj /CN=proxy.test");
  }

  private TlsPair pair(String key) throws IOException {
    return TlsPair.read(new TlsFiles(file("cert.pem"), file(key)));
  }

  @ParameterizedTest
  @CsvSource({
    "-algorithm RSA -pkeyopt rsa_keygen_bits:2048, BEGIN RSA PRIVATE KEY",
    "-algorithm RSA -pkeyopt rsa_keygen_bits:4096, BEGIN RSA PRIVATE KEY",
    "-algorithm EC -pkeyopt ec_paramgen_curve:P-256, BEGIN EC PRIVATE KEY",
    "-algorithm EC -pkeyopt ec_paramgen_curve:P-384, BEGIN EC PRIVATE KEY",
    "-algorithm EC -pkeyopt ec_paramgen_curve:P-521, BEGIN EC PRIVATE KEY",
  })
  void theFormsOfOlderToolsAreRead(String algorithm, String form) throws Exception {
    issue(algorithm);
    openssl("pkey -in @pkcs8.pem -traditional -out @old.pem");

    assertThat(Files.readString(file("old.pem"))).contains(form);
    assertThat(pair("old.pem").key().getAlgorithm()) // and it signs for the certificate
        .isEqualTo(pair("pkcs8.pem").key().getAlgorithm());
  }

  @Test
  void theParametersBeforeAnEcKeyAreSkipped() throws Exception {
    openssl("ecparam -name prime256v1 -genkey -out @old.pem");
    openssl("req -x509 -key @old.pem -out @cert.pem -days 2 -subj /CN=proxy.test");

    assertThat(Files.readString(file("old.pem"))).startsWith("-----BEGIN EC PARAMETERS");
    assertThat(pair("old.pem").key().getAlgorithm()).isEqualTo("EC");
  }

  @Test
  void aKeyOfEdwardsCurvesIsReadAsBefore() throws Exception {
    issue("-algorithm ED25519");

    assertThat(pair("pkcs8.pem").key().getAlgorithm()).isEqualTo("EdDSA");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "pkey -in @pkcs8.pem -traditional -aes256 -passout pass:secret -out @key.pem",
        "pkcs8 -topk8 -in @pkcs8.pem -v2 aes256 -passout pass:secret -out @key.pem",
      })
  void anEncryptedKeyIsCalledThat(String encrypting) throws Exception {
    issue("-algorithm RSA -pkeyopt rsa_keygen_bits:2048");
    openssl(encrypting);

    assertThatThrownBy(() -> pair("key.pem"))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith(file("key.pem") + ": the key is encrypted (expected: ");
  }

  @ParameterizedTest
  @CsvSource({
    "-----BEGIN OPENSSH PRIVATE KEY-----, the form of the key is not known",
    "-----BEGIN DSA PRIVATE KEY-----, the form of the key is not known",
    "-----BEGIN RSA PRIVATE KEY-----, the form of the key is not known",
    "-----BEGIN CERTIFICATE-----, has no private key",
    "'', has no private key",
  })
  void whatIsNoKeyIsSaidToBeNone(String text, String problem) throws Exception {
    issue("-algorithm EC -pkeyopt ec_paramgen_curve:P-256");
    Files.writeString(file("key.pem"), text + "\n");

    assertThatThrownBy(() -> pair("key.pem"))
        .hasMessageStartingWith(file("key.pem") + ": " + problem);
  }

  @ParameterizedTest
  @ValueSource(strings = {"AAAA", "MAA=", "MIIB", "====", "MAMCAQA="})
  void aKeyOfRubbishIsNone(String base64) throws Exception {
    issue("-algorithm RSA -pkeyopt rsa_keygen_bits:2048");
    for (String kind : new String[] {"", "RSA ", "EC "}) {
      Files.writeString(
          file("key.pem"),
          "-----BEGIN %1$sPRIVATE KEY-----\n%2$s\n-----END %1$sPRIVATE KEY-----\n"
              .formatted(kind, base64));

      assertThatThrownBy(() -> pair("key.pem")).isInstanceOf(IOException.class);
    }
  }

  @Test
  void theKeyOfAnotherKindOfCertificateIsNone() throws Exception {
    issue("-algorithm EC -pkeyopt ec_paramgen_curve:P-256");
    openssl("genrsa -traditional -out @key.pem 2048");
    openssl("ecparam -name secp384r1 -genkey -noout -out @other.pem");

    assertThatThrownBy(() -> pair("key.pem"))
        .hasMessage(file("key.pem") + ": is no private key for a certificate of type EC");
    assertThatThrownBy(() -> pair("other.pem")).isInstanceOf(IOException.class);
  }
}
