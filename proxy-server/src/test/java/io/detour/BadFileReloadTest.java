package io.detour;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.detour.config.Configuration;
import io.detour.config.ConfigurationKey;
import io.detour.rules.Mode;
import io.detour.server.accept.ListenAddress;
import io.detour.server.accept.ListenerOptions;
import io.detour.server.accept.ListenerOptions.ProxyProtocol;
import io.detour.server.accept.ListenerOptions.TlsFiles;
import io.detour.server.access.AccessOptions;
import io.detour.server.access.DestinationPolicy;
import io.detour.server.access.PortSet;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A reload with a bad certificate, key or file of users fails as one with a bad rule file does. */
@Timeout(60)
class BadFileReloadTest {
  private static final Duration DEADLINE = Duration.ofSeconds(20);
  private static final String ALICE =
      "alice:$2y$05$bF/3nJKD.HBUuLeWF09TQ.N6OYKc6p6SA4O4RxM3ACKWWaHByh.C2\n";
  private static final String NO_RULES = "version: 1\nrules: []\n";

  @TempDir private Path folder;
  private final HttpClient http = HttpClient.newBuilder().connectTimeout(DEADLINE).build();

  @SuppressWarnings("NullAway.Init")
  private ReloadingServer server;

  /** What a path can be instead of a good file. */
  enum Fault {
    GONE {
      @Override
      void put(Path file) throws Exception {
        Files.delete(file);
      }
    },
    PIPE {
      @Override
      void put(Path file) throws Exception {
        Files.delete(file);
        Process mkfifo = new ProcessBuilder("mkfifo", file.toString()).inheritIO().start();
        assertThat(mkfifo.waitFor(10, TimeUnit.SECONDS)).isTrue();
      }
    },
    FOLDER {
      @Override
      void put(Path file) throws Exception {
        Files.delete(file);
        Files.createDirectory(file);
      }
    },
    MALFORMED {
      @Override
      void put(Path file) throws Exception {
        Files.writeString(file, "nonsense");
      }
    };

    abstract void put(Path file) throws Exception;
  }

  @BeforeEach
  void start() throws Exception {
    IssuedCertificate issued = IssuedCertificate.covering("proxy.test");
    Files.writeString(
        folder.resolve("cert.pem"), issued.server().getCertificatePathPEM(), US_ASCII);
    Files.writeString(folder.resolve("key.pem"), issued.server().getPrivateKeyPEM(), US_ASCII);
    Files.writeString(folder.resolve("users"), ALICE);
    server = ReloadingServer.start(folder, NO_RULES, Mode.ENFORCE, this::withFiles);
  }

  private Configuration withFiles(Configuration options) {
    TlsFiles files = new TlsFiles(folder.resolve("cert.pem"), folder.resolve("key.pem"));
    AccessOptions access =
        new AccessOptions(
            List.of(),
            folder.resolve("users"),
            PortSet.any(),
            PortSet.any(),
            false,
            false,
            DestinationPolicy.everything());
    return options
        .withAccess(access)
        .with(
            ConfigurationKey.LISTEN,
            List.of(
                new ListenerOptions(
                    ListenAddress.parse("127.0.0.1:0"), ProxyProtocol.OFF, 64, false, files)));
  }

  @AfterEach
  void stop() {
    server.close();
    http.close();
  }

  @ParameterizedTest(name = "R02 {0} is {2}")
  @CsvSource({
    "cert.pem, certificates, GONE",
    "cert.pem, certificates, PIPE",
    "cert.pem, certificates, MALFORMED",
    "key.pem, certificates, GONE",
    "key.pem, certificates, PIPE",
    "key.pem, certificates, FOLDER",
    "key.pem, certificates, MALFORMED",
    "users, users, GONE",
    "users, users, PIPE",
    "users, users, FOLDER",
    "users, users, MALFORMED"
  })
  void theReloadFailsAndSaysWhichFile(String name, String kind, Fault fault) throws Exception {
    Path file = folder.resolve(name);
    byte[] good = Files.readAllBytes(file);
    fault.put(file);

    HttpResponse<String> answer = reload();

    assertThat(answer.statusCode()).isEqualTo(500);
    assertThat(answer.body())
        .startsWith(file.toString())
        .endsWith("1 problem, the " + kind + " in force stay; 0 rules in force: unchanged\n");
    assertThat(server.server().metrics())
        .contains(
            "detour_config_last_reload_successful 0.0",
            "detour_config_reloads_total{result=\"failure\"} 1.0");
    assertThat(page("/status")).contains("\"result\":\"kept\"", kind + " in force stay");

    Files.deleteIfExists(file);
    Files.write(file, good);

    assertThat(reload().statusCode()).isEqualTo(200);
    assertThat(server.server().metrics()).contains("detour_config_last_reload_successful 1.0");
  }

  @Test
  void everyBadFileIsNamed() throws Exception {
    Fault.GONE.put(folder.resolve("key.pem"));
    Fault.GONE.put(folder.resolve("users"));
    server.write("version: 2\nrules: []\n");

    HttpResponse<String> answer = reload();

    assertThat(answer.statusCode()).isEqualTo(500);
    assertThat(answer.body())
        .contains(folder.resolve("key.pem") + ": ", folder.resolve("users") + ": ")
        .contains(server.rules() + ":1:10: ")
        .endsWith("3 problems, the certificates and rules and users in force stay\n");
  }

  @ParameterizedTest(name = "{0} that changes by itself is a failed reload until it is repaired")
  @CsvSource({"cert.pem", "key.pem", "users"})
  void aWatchedFileThatTurnsBadIsAFailedReload(String name) throws Exception {
    Path file = folder.resolve(name);
    byte[] good = Files.readAllBytes(file);
    Fault.MALFORMED.put(file);
    await().atMost(DEADLINE).until(() -> isSuccessful("0.0"));

    Files.write(file, good);
    await().atMost(DEADLINE).until(() -> isSuccessful("1.0"));
  }

  @Test
  void aRuleFileThatIsBadStaysTheReasonWhenUsersAreReloaded() throws Exception {
    server.write("version: 2\nrules: []\n");
    assertThat(reload().statusCode()).isEqualTo(500);

    Files.writeString(folder.resolve("users"), ALICE + "\n# changed\n");

    await().atMost(DEADLINE).until(() -> server.server().metrics().contains("failure\"} 2.0"));
    assertThat(isSuccessful("0.0")).isTrue();
    assertThat(page("/status")).contains("1 problem, the rules in force stay");
  }

  private boolean isSuccessful(String value) throws Exception {
    return server.server().metrics().contains("detour_config_last_reload_successful " + value);
  }

  private HttpResponse<String> reload() throws Exception {
    return send(request("/-/reload").POST(HttpRequest.BodyPublishers.noBody()));
  }

  private String page(String path) throws Exception {
    return send(request(path)).body();
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://" + server.adminAuthority() + path))
        .timeout(DEADLINE);
  }

  private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    return http.send(request.build(), BodyHandlers.ofString());
  }
}
