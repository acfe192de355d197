package io.detour.clients;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Java's {@link HttpClient} through the proxy. */
@Timeout(60)
class JavaHttpClientTest {
  private static final Duration DEADLINE = Duration.ofSeconds(20);
  private static final int REQUESTS = 20;

  @TempDir private Path folder;

  @SuppressWarnings("NullAway.Init")
  private RenamedHosts hosts;

  @BeforeEach
  void start() throws Exception {
    hosts = RenamedHosts.start(folder);
  }

  @AfterEach
  void stop() throws Exception {
    hosts.close();
  }

  @ParameterizedTest(name = "W08, W09: Java''s HttpClient gets a large body over {0} as {1}")
  @CsvSource({"HTTP, HTTP_1_1", "HTTP, HTTP_2", "HTTPS, HTTP_1_1", "HTTPS, HTTP_2"})
  void getsALargeBody(Scheme scheme, Version version) throws Exception {
    try (HttpClient client = client(version)) {
      HttpResponse<byte[]> response =
          client.send(request(scheme, Pages.LARGE).build(), BodyHandlers.ofByteArray());

      assertThat(response.statusCode()).isEqualTo(200);
      assertThat(response.version()).isEqualTo(scheme == Scheme.HTTP ? Version.HTTP_1_1 : version);
      assertThat(RenamedHosts.sha256(response.body()))
          .isEqualTo(RenamedHosts.sha256(Pages.LARGE_BODY));
    }
    hosts.assertAskedOnce(scheme, "app", "GET", Pages.LARGE);
  }

  @ParameterizedTest(name = "Java''s HttpClient uploads over {0} when it is told to continue")
  @EnumSource(Scheme.class)
  void uploadsWhenToldToContinue(Scheme scheme) throws Exception {
    byte[] body = Pages.bytes(2 << 20);
    try (HttpClient client = client(Version.HTTP_1_1)) {
      HttpResponse<byte[]> response =
          client.send(
              request(scheme, "/upload")
                  .expectContinue(true)
                  .POST(BodyPublishers.ofByteArray(body))
                  .build(),
              BodyHandlers.ofByteArray());

      assertThat(response.body()).isEqualTo(Pages.PAGE);
    }
    hosts.assertAskedOnce(scheme, "app", "POST", "/upload");
    assertThat(RenamedHosts.sha256(hosts.pages().requests().getFirst().getBody()))
        .isEqualTo(RenamedHosts.sha256(body));
  }

  @ParameterizedTest(
      name = "F24: Java''s HttpClient asks often over {0}, one request after another")
  @EnumSource(Scheme.class)
  void asksOftenOnOneConnection(Scheme scheme) throws Exception {
    try (HttpClient client = client(Version.HTTP_1_1)) {
      for (int i = 0; i < REQUESTS; i++) {
        HttpRequest request = request(scheme, "/" + i).build();
        assertThat(client.send(request, BodyHandlers.ofByteArray()).body()).isEqualTo(Pages.PAGE);
      }
    }
    assertThat(hosts.pages().requests()).hasSize(REQUESTS);
    assertThat(hosts.proxy().conversations()).hasSize(1);
    assertThat(hosts.origin(scheme).conversations()).hasSize(1);
  }

  @ParameterizedTest(name = "Java''s HttpClient asks for much at once over {0} as {1}")
  @CsvSource({"HTTP, HTTP_1_1", "HTTPS, HTTP_1_1", "HTTPS, HTTP_2"})
  void asksForMuchAtOnce(Scheme scheme, Version version) throws Exception {
    List<CompletableFuture<HttpResponse<byte[]>>> responses = new ArrayList<>();
    try (HttpClient client = client(version)) {
      for (int i = 0; i < REQUESTS; i++) {
        responses.add(
            client.sendAsync(
                request(scheme, Pages.CHUNKED + "?" + i).build(), BodyHandlers.ofByteArray()));
      }
      for (CompletableFuture<HttpResponse<byte[]>> response : responses) {
        assertThat(RenamedHosts.sha256(response.join().body()))
            .isEqualTo(RenamedHosts.sha256(Pages.CHUNKED_BODY));
      }
    }
    assertThat(hosts.pages().requests()).hasSize(REQUESTS);
  }

  private HttpClient client(Version version) throws Exception {
    return HttpClient.newBuilder()
        .version(version)
        .proxy(ProxySelector.of(hosts.proxyAddress()))
        .sslContext(hosts.certificate().trusting())
        .connectTimeout(DEADLINE)
        .build();
  }

  private HttpRequest.Builder request(Scheme scheme, String target) {
    return HttpRequest.newBuilder(URI.create(hosts.url(scheme, "app", target))).timeout(DEADLINE);
  }
}
