package io.detour;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How long a head may be, and that a client that sends more can read the answer. */
@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HeadLimitsTest {
  private static final String HOST = "Host: a.test\r\n";
  private static final String END = "\r\n";
  private static final int MEGABYTE = 1 << 20;

  @SuppressWarnings("NullAway.Init")
  private RunningServer proxy;

  @SuppressWarnings("NullAway.Init")
  private TcpOrigin origin;

  @BeforeAll
  void start() throws IOException {
    proxy = RunningServer.withoutRules();
    origin = TcpOrigin.echo();
  }

  @AfterAll
  void stop() throws IOException {
    proxy.close();
    origin.close();
  }

  @ParameterizedTest(name = "T20: the {0} is read although the client goes on uploading 1 MB")
  @ValueSource(ints = {400, 414, 431, 501, 505})
  void theAnswerIsReadAlthoughTheClientGoesOnUploading(int status) throws IOException {
    String head =
        switch (status) {
          case 414 -> "CONNECT " + "a".repeat(9000) + ":443 HTTP/1.1\r\n" + HOST + END;
          case 431 -> "CONNECT a:443 HTTP/1.1\r\n" + HOST + "X: " + "a".repeat(70_000) + "\r\n\r\n";
          case 501 -> "GET ftp://a/ HTTP/1.1\r\n" + HOST + END;
          case 505 -> "CONNECT a:443 HTTP/3.0\r\n" + HOST + END;
          default -> "CONNECT a HTTP/1.1\r\n" + HOST + END;
        };
    try (RawClient client = proxy.client()) {
      client.send(head);
      client.send(new byte[MEGABYTE]);

      ExpectedRefusal.assertRead(client, status);
    }
  }

  @ParameterizedTest(name = "L02: a request line with a target of {0} bytes is read")
  @ValueSource(ints = {8000, 8100})
  void aLongRequestLineIsReadAndRefusedForItsContent(int length) throws IOException {
    try (RawClient client = proxy.client()) {
      client.send("CONNECT " + "a".repeat(length) + " HTTP/1.1\r\n" + HOST + END);

      ExpectedRefusal.assertRead(client, 400);
    }
  }

  @ParameterizedTest(name = "L02: a request target of {0} bytes is 414")
  @ValueSource(ints = {8192, 9000, 100_000})
  void aLongerRequestLineIsRefused(int length) throws IOException {
    try (RawClient client = proxy.client()) {
      client.send("CONNECT " + "a".repeat(length) + ":443 HTTP/1.1\r\n" + HOST + END);

      ExpectedRefusal.assertRead(client, 414);
    }
  }

  @Test
  @DisplayName("L02: a request line that never ends is 414 as soon as it is too long")
  void anEndlessRequestLineIsRefused() throws IOException {
    try (RawClient client = proxy.client()) {
      client.send("CONNECT " + "a".repeat(9000));

      ExpectedRefusal.assertRead(client, 414);
    }
  }

  @Test
  @Tag("Q15")
  @DisplayName("Q15: Authorization of 48 KB is passed on with the default limits")
  void theTicketOfAUserInManyGroupsIsPassedOn() throws IOException {
    String ticket = "Negotiate " + "YII".repeat(16 << 10);
    try (HttpOrigin server = HttpOrigin.start();
        RawClient client = proxy.client()) {
      client.send(server.request("GET", "/", "Authorization: " + ticket + "\r\n"));

      assertThat(client.head().status()).isEqualTo(200);
      assertThat(server.asked().getFirst().field("authorization")).containsExactly(ticket);
    }
  }

  @ParameterizedTest(name = "L02: a header of {0} fields of {1} bytes is 431")
  @ValueSource(strings = {"1x70000", "200x100", "1x100000"})
  void aLargeHeaderIsRefused(String shape) throws IOException {
    String[] numbers = shape.split("x", -1);
    String field = "X: " + "a".repeat(Integer.parseInt(numbers[1])) + "\r\n";
    String header = field.repeat(Integer.parseInt(numbers[0]));
    try (RawClient client = proxy.client()) {
      client.send("CONNECT " + origin.authority() + " HTTP/1.1\r\n" + HOST + header + END);

      ExpectedRefusal.assertRead(client, 431);
    }
  }
}
