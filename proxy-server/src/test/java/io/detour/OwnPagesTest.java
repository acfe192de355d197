package io.detour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.detour.server.access.AccessOptions;
import io.detour.server.access.AccessVariants;
import io.netty.util.NetUtil;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What load balancers and lost people get from the proxy's own port. */
@Tag("Q13")
@Timeout(60)
class OwnPagesTest {
  private static final String HASH = "$2y$05$bF/3nJKD.HBUuLeWF09TQ.N6OYKc6p6SA4O4RxM3ACKWWaHByh.C2";

  @SuppressWarnings("NullAway.Init")
  private RunningServer proxy;

  @BeforeEach
  void start() throws IOException {
    proxy = RunningServer.withoutRules();
  }

  @AfterEach
  void stop() {
    proxy.close();
  }

  private static String request(String line) {
    return line + (line.endsWith("1.1") ? "\r\nHost: any.test\r\n\r\n" : "\r\n\r\n");
  }

  private static void assertUnnoticed(RunningServer proxy) throws IOException {
    assertThat(proxy.log().refusals()).isEmpty();
    assertThat(proxy.metric("detour_requests_total")).isZero();
    assertThat(proxy.metric("detour_request_errors_total")).isZero();
    assertThat(proxy.metrics().lines()).contains("detour_silent_clients_total 0.0");
  }

  @ParameterizedTest
  @CsvSource({
    "GET /healthz HTTP/1.1, ok",
    "GET /healthz HTTP/1.0, ok",
    "GET /readyz HTTP/1.1, ready",
    "GET /readyz HTTP/1.0, ready",
    "GET / HTTP/1.1, curl --proxy",
    "GET / HTTP/1.0, /proxy.pac",
    "HEAD / HTTP/1.0, ''",
    "HEAD /healthz HTTP/1.1, ''",
    "OPTIONS / HTTP/1.1, ''",
    "OPTIONS / HTTP/1.0, ''",
    "OPTIONS /readyz HTTP/1.0, ''",
  })
  void aHealthCheckIsAnsweredAndNotNoticed(String line, String content) throws IOException {
    try (RawClient client = proxy.client()) {
      ResponseHead head = client.send(request(line)).head();
      String body = client.rest();

      assertThat(head.status()).isEqualTo(200);
      assertThat(head.field("Connection")).isEqualTo("close");
      assertThat(body).contains(content);
      assertThat(body.isEmpty()).isEqualTo(content.isEmpty());
      assertThat(head.field("Allow").isEmpty()).isEqualTo(!line.startsWith("OPTIONS"));
    }
    assertUnnoticed(proxy);
  }

  @Test
  void headHasTheFieldsOfGet() throws IOException {
    try (RawClient get = proxy.client();
        RawClient head = proxy.client()) {
      assertThat(head.send(request("HEAD / HTTP/1.1")).head())
          .isEqualTo(get.send(request("GET / HTTP/1.1")).head());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "POST / HTTP/1.1",
        "GET /healthz?x HTTP/1.1",
        "GET /Readyz HTTP/1.1",
        "GET //readyz HTTP/1.1",
        "GET /metrics HTTP/1.1",
        "OPTIONS * HTTP/1.1",
      })
  void nothingElseIsServed(String line) throws IOException {
    try (RawClient client = proxy.client()) {
      ExpectedRefusal.assertRead(client.send(request(line)), 400);
    }
  }

  @Test
  void aLoadBalancerNeedsNoPassword(@TempDir Path folder) throws IOException {
    Path users = Files.writeString(folder.resolve("users"), "a:" + HASH + "\n");
    AccessOptions access = AccessVariants.users(AccessOptions.open(), users);
    try (RunningServer closed = RunningServer.with(options -> options.withAccess(access));
        RawClient client = closed.client()) {
      assertThat(client.send(request("GET /healthz HTTP/1.0")).head().status()).isEqualTo(200);
      assertUnnoticed(closed);
    }
  }

  @Test
  void whoIsPausedIsNotReady() throws Exception {
    try (RawClient early = proxy.client();
        RawClient other = proxy.client();
        HttpClient admin = HttpClient.newHttpClient()) {
      await().until(() -> proxy.clients() == 2);
      URI pause = URI.create("http://" + proxy.adminAuthority() + "/-/pause");
      HttpRequest post =
          HttpRequest.newBuilder(pause).POST(HttpRequest.BodyPublishers.noBody()).build();
      assertThat(admin.send(post, BodyHandlers.discarding()).statusCode()).isEqualTo(200);

      assertThat(early.send(request("GET /readyz HTTP/1.1")).head().status()).isEqualTo(503);
      assertThat(early.rest()).isEqualTo("not ready\n");
      assertThat(other.send(request("GET /healthz HTTP/1.1")).head().status()).isEqualTo(200);
    }
    assertUnnoticed(proxy);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aConnectionWithoutAByteIsNotNoticed(boolean reset) throws IOException {
    RawClient client = proxy.client();
    await().until(() -> proxy.clients() == 1);
    if (reset) {
      client.reset();
    } else {
      client.close();
    }
    await().until(() -> proxy.clients() == 0);

    assertUnnoticed(proxy);
    assertThat(
            proxy.metric(
                "detour_listener_connections_total",
                "listener=\"" + NetUtil.toSocketAddressString(proxy.address()) + '"'))
        .isEqualTo(1);
  }
}
