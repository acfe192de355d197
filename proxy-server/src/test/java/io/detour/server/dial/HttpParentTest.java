package io.detour.server.dial;

import static io.detour.server.dial.DialFixture.connected;
import static io.detour.server.dial.DialFixture.host;
import static io.detour.server.dial.DialFixture.target;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.detour.config.ConfigurationKey;
import io.detour.core.HostPort;
import io.detour.rules.Hop;
import io.detour.server.dial.DialResult.Connected;
import io.detour.server.parse.http.ViaField;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.DuplexChannel;
import java.io.IOException;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How a parent that speaks HTTP is asked, and what comes behind its yes. */
@Timeout(60)
class HttpParentTest {
  private static final HostPort TARGET = target("target.test", 443);
  private static final String OK = "HTTP/1.1 200 Connection established\r\n\r\n";

  private final DialFixture fixture = new DialFixture();

  @AfterEach
  void close() throws Exception {
    fixture.close();
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "target.test, 443,  target.test:443",
    "192.0.2.1,   8080, 192.0.2.1:8080",
    "2001:db8::1, 1,    [2001:db8::1]:1",
  })
  void theParentIsAskedForTheTarget(String host, int port, String authority) throws Exception {
    ScriptedParent parent = fixture.keep(ScriptedParent.answering(OK));

    connected(fixture.dial(parent.http(), target(host, port)));

    assertThat(parent.asked())
        .isEqualTo("CONNECT " + authority + " HTTP/1.1\r\nHost: " + authority + "\r\n\r\n");
    assertThat(fixture.dns.asked()).isEmpty();
  }

  @ParameterizedTest(name = "C24: to a client''s Via {0} this proxy adds itself")
  @CsvSource(
      delimiter = '|',
      value = {"| 1.1 detour-1", "1.0 fred, 1.1 detour-2 | 1.0 fred, 1.1 detour-2, 1.1 detour-1"})
  void theParentIsToldWhoAsks(@Nullable String received, String sent) throws Exception {
    ScriptedParent parent = fixture.keep(ScriptedParent.answering(OK));
    Dialer dialer =
        fixture.dialer(
            fixture
                .options
                .with(ConfigurationKey.PARENTS, Map.of("dc", parent.http()))
                .dialOptions()
                .withVia(new ViaField("detour-1")));
    CompletableFuture<DialResult> told = new CompletableFuture<>();

    fixture.runOnLoop(
        () ->
            dialer.dial(
                new Hop(0, TARGET, "dc", Set.of()), received, fixture.loop, told::complete));
    connected(DialFixture.await(told)).upstream().close();

    assertThat(parent.asked()).endsWith("\r\nVia: " + sent + "\r\n\r\n");
  }

  @Test
  void credentialsAreSent() throws Exception {
    ScriptedParent parent = fixture.keep(ScriptedParent.answering(OK));

    connected(
        fixture.dial(parent.with(Parent.Protocol.HTTP, "Aladdin", "open sesame \u00e4"), TARGET));

    // RFC 7617 2.1: in UTF-8.
    assertThat(parent.asked())
        .contains("\r\nProxy-Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZSDDpA==\r\n");
  }

  @Test
  void theChannelIsReadyToBeRelayed() throws IOException {
    CompletableFuture<Integer> end = new CompletableFuture<>();
    ScriptedParent parent = fixture.keep(ScriptedParent.answeringAndWaiting(OK, end));

    Connected connected = connected(fixture.dial(parent.http(), TARGET));

    DuplexChannel upstream = connected.upstream();
    assertThat(upstream.eventLoop()).isSameAs(fixture.loop);
    assertThat(upstream.isActive()).isTrue();
    assertThat(upstream.pipeline().names()).containsExactly("DefaultChannelPipeline$TailContext#0");
    assertThat(upstream.config().getOption(ChannelOption.AUTO_READ)).isFalse();
    assertThat(upstream.config().getOption(ChannelOption.ALLOW_HALF_CLOSURE)).isTrue();
    assertThat(connected.remote().getPort()).isEqualTo(parent.http().address().port());
    assertThat(connected.attempts()).isEqualTo(1);
    assertThat(connected.dnsNanos()).isZero();
    assertThat(connected.connectNanos()).isPositive();
    assertThat(end).isNotDone();
  }

  @ParameterizedTest(name = "C02: the answer and what follows are split behind byte {0}")
  @MethodSource
  void noByteBehindTheAnswerIsLost(int split) throws IOException {
    String bytes = OK + "220 ready\r\n";
    ScriptedParent parent =
        fixture.keep(
            ScriptedParent.start(
                connection -> {
                  ScriptedParent.head(connection);
                  ScriptedParent.send(connection, bytes.substring(0, split));
                  ScriptedParent.send(connection, bytes.substring(split));
                }));

    assertThat(fixture.everythingFrom(parent.http(), TARGET)).isEqualTo("220 ready\r\n");
  }

  static IntStream noByteBehindTheAnswerIsLost() {
    return IntStream.rangeClosed(1, OK.length() + 11);
  }

  @Test
  void anAnswerByteByByteIsRead() throws IOException {
    ScriptedParent parent =
        fixture.keep(
            ScriptedParent.start(
                connection -> {
                  ScriptedParent.head(connection);
                  for (byte next : (OK + "x").getBytes(ISO_8859_1)) {
                    connection.getOutputStream().write(next);
                  }
                }));

    assertThat(fixture.everythingFrom(parent.http(), TARGET)).isEqualTo("x");
  }

  @Test
  void aMegabyteBehindTheAnswerArrives() throws IOException {
    String bulk = "0123456789abcdef".repeat(1 << 16);
    ScriptedParent parent = fixture.keep(ScriptedParent.answering(OK + bulk));

    assertThat(fixture.everythingFrom(parent.http(), TARGET)).isEqualTo(bulk);
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(
      strings = {
        "HTTP/1.0 200 OK||",
        "HTTP/1.1 201 Created||",
        "HTTP/1.1 299 |Via: 1.1 x||",
        "HTTP/1.1 200 OK|Content-Length: 5||",
        "HTTP/1.1 200 OK|Transfer-Encoding: chunked||",
        "HTTP/1.1 100 Continue||HTTP/1.1 103 Early Hints|Link: x||HTTP/1.1 200 OK||",
      })
  @DisplayName("RFC 9110 9.3.6: any 2xx is a success and has no content")
  void anySuccessIsATunnel(String head) throws IOException {
    String bytes = head.replace("|", "\r\n") + "HTTP/1.1 500 not ours";
    ScriptedParent parent = fixture.keep(ScriptedParent.answering(bytes));

    assertThat(fixture.everythingFrom(parent.http(), TARGET)).isEqualTo("HTTP/1.1 500 not ours");
  }
}
