package io.detour.ops.certificates;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.detour.core.Parsed;
import io.netty.pkitesting.X509Bundle;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TrustRootsTest {
  @TempDir private Path folder;

  @Test
  void theJvmsCertificatesAreTrusted() {
    assertThat(loaded().certificates()).hasSizeGreaterThan(50);
  }

  @Test
  void certificatesOfAFileAreTrustedBesideThem() throws Exception {
    X509Bundle one = Certificates.root("One");
    X509Bundle two = Certificates.root("Two");
    Path file =
        write("# One, of 2026\n" + one.getCertificatePEM() + "\nTwo\n" + two.getCertificatePEM());
    Path der =
        Files.write(
            folder.resolve("ca.der"), Certificates.root("Three").getCertificate().getEncoded());

    TrustRoots roots = loaded(file, der);

    assertThat(roots.certificates()).contains(one.getCertificate(), two.getCertificate());
    assertThat(roots.certificates()).hasSize(loaded().certificates().size() + 3);
  }

  @Test
  void thoseOfTheSystemAreTrustedWhereThereAreAny() throws Exception {
    X509Bundle ours = Certificates.root("Ours");
    Path bundle = write(ours.getCertificatePEM());

    assertThat(TrustRoots.load(bundle, List.of()).orElseThrow().certificates())
        .contains(ours.getCertificate())
        .hasSizeGreaterThan(50);
    int javas =
        TrustRoots.load(folder.resolve("none"), List.of()).orElseThrow().certificates().size();
    Path broken = Files.writeString(folder.resolve("broken"), "nothing");
    assertThat(TrustRoots.load(broken, List.of()).orElseThrow().certificates()).hasSize(javas);
  }

  @Test
  void aMissingFileIsSaidPlainly() {
    Path missing = folder.resolve("a\nb.pem");
    assertThat(problem(missing))
        .isEqualTo(folder + "/a\\u000ab.pem: cannot be read: there is no such file");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "nothing\n",
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        "-----BEGIN CERTIFICATE-----\n",
        "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"
      })
  void aFileWithoutCertificatesIsSaidPlainly(String content) throws Exception {
    Path file = write(content);
    assertThat(problem(file))
        .isEqualTo(
            file + ": is no list of certificates (expected: PEM, \"-----BEGIN CERTIFICATE-----\")");
  }

  @Test
  void aHugeFileIsNotRead() throws Exception {
    Path file = folder.resolve("huge.pem");
    try (RandomAccessFile huge = new RandomAccessFile(file.toFile(), "rw")) {
      huge.setLength(1L << 40);
    }
    assertThat(problem(file))
        .isEqualTo(file + ": cannot be read: it is larger than 16777216 bytes");
  }

  private Path write(String content) throws Exception {
    return Files.writeString(folder.resolve("ca.pem"), content, US_ASCII);
  }

  private static TrustRoots loaded(Path... files) {
    return TrustRoots.load(List.of(files)).orElseThrow();
  }

  private static String problem(Path file) {
    return switch (TrustRoots.load(List.of(file))) {
      case Parsed.Value(TrustRoots roots) -> throw new AssertionError(roots);
      case Parsed.Malformed(String problem) -> problem;
    };
  }
}
