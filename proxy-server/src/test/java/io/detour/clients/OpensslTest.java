package io.detour.clients;

import static org.assertj.core.api.Assertions.assertThat;

import io.detour.Tool;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** OpenSSL's {@code s_client} through the proxy. */
@Timeout(60)
class OpensslTest {
  @TempDir private Path folder;

  @Test
  @DisplayName("W08: openssl s_client verifies the legacy name and gets a page")
  void verifiesTheLegacyNameAndGetsAPage() throws Exception {
    Tool openssl = Tool.ofPackage("openssl", "openssl");
    try (RenamedHosts hosts = RenamedHosts.start(folder)) {
      String host = "app.old.example.com";
      String authority = host + ":" + hosts.port(Scheme.HTTPS);
      Path request =
          Files.writeString(
              folder.resolve("request"),
              "HEAD /page HTTP/1.1\r\nHost: " + authority + "\r\nConnection: close\r\n\r\n");

      String printed =
          openssl.runReading(
              request,
              folder,
              "s_client",
              "-proxy",
              hosts.proxyAuthority(),
              "-connect",
              authority,
              "-servername",
              host,
              "-verify_hostname",
              host,
              "-verify_return_error",
              "-CAfile",
              hosts.authority().toString(),
              "-ign_eof");

      assertThat(printed).contains("Verification: OK", "Verified peername: " + host);
      assertThat(printed).contains("HTTP/1.1 200 OK");
      hosts.assertAskedOnce(Scheme.HTTPS, "app", "HEAD", "/page");
    }
  }
}
