package io.detour.server.dial;

import static io.detour.server.dial.DialFixture.closedPort;
import static io.detour.server.dial.DialFixture.host;
import static io.detour.server.dial.DialFixture.target;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.type;
import static org.awaitility.Awaitility.await;

import io.detour.core.HostPort;
import io.detour.server.dial.DialFixture.Running;
import io.detour.server.dial.DialResult.Connected;
import io.detour.server.dial.DialResult.Failed;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.SocketChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.StandardSocketOptions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Dialling through a parent that speaks HTTP. */
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

    connected(dial(parent.http(), target(host, port)));

    assertThat(parent.asked())
        .isEqualTo("CONNECT " + authority + " HTTP/1.1\r\nHost: " + authority + "\r\n\r\n");
    assertThat(fixture.dns.asked()).isEmpty();
  }

  @Test
  void credentialsAreSent() throws Exception {
    ScriptedParent parent = fixture.keep(ScriptedParent.answering(OK));

    connected(dial(parent.with(Parent.Protocol.HTTP, "Aladdin", "open sesame \u00e4"), TARGET));

    // RFC 7617 2.1: in UTF-8.
    assertThat(parent.asked())
        .contains("\r\nProxy-Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZSDDpA==\r\n");
  }

  @Test
  void theChannelIsReadyToBeRelayed() throws IOException {
    CompletableFuture<Integer> end = new CompletableFuture<>();
    ScriptedParent parent = fixture.keep(ScriptedParent.answeringAndWaiting(OK, end));

    Connected connected = connected(dial(parent.http(), TARGET));

    SocketChannel upstream = connected.upstream();
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

    assertThat(everythingFrom(parent.http())).isEqualTo("220 ready\r\n");
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

    assertThat(everythingFrom(parent.http())).isEqualTo("x");
  }

  @Test
  void aMegabyteBehindTheAnswerArrives() throws IOException {
    String bulk = "0123456789abcdef".repeat(1 << 16);
    ScriptedParent parent = fixture.keep(ScriptedParent.answering(OK + bulk));

    assertThat(everythingFrom(parent.http())).isEqualTo(bulk);
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

    assertThat(everythingFrom(parent.http())).isEqualTo("HTTP/1.1 500 not ours");
  }

  @ParameterizedTest(name = "{0} is {1}")
  @CsvSource({
    "101, PARENT_ANSWER",
    "302, PARENT_ANSWER",
    "400, PARENT_ANSWER",
    "403, DENIED",
    "404, DESTINATION_UNAVAILABLE",
    "405, PARENT_CONFIGURATION",
    "408, CONNECTION_TIMEOUT",
    "418, PARENT_ANSWER",
    "429, DESTINATION_UNAVAILABLE",
    "451, DENIED",
    "500, DESTINATION_UNAVAILABLE",
    "501, PARENT_CONFIGURATION",
    "502, CONNECTION_REFUSED",
    "503, DESTINATION_UNAVAILABLE",
    "504, CONNECTION_TIMEOUT",
    "999, PARENT_ANSWER",
  })
  void aStatusTellsWhatHappened(int status, DialError error) throws IOException {
    Failed failed = failed(answering("HTTP/1.1 " + status + " Nope\r\n\r\n"));

    assertThat(failed.error()).isEqualTo(error);
    assertThat(failed.details()).isEqualTo("the parent proxy answered " + status);
    assertThat(failed.attempts()).isEqualTo(1);
    assertThat(failed.connectNanos()).isPositive();
  }

  @ParameterizedTest(name = "{0} is {1}")
  @CsvSource({
    "dns_timeout,               DNS_TIMEOUT",
    "dns_error,                 DNS_ERROR",
    "destination_not_found,     DESTINATION_UNAVAILABLE",
    "destination_unavailable,   DESTINATION_UNAVAILABLE",
    "destination_ip_prohibited, DESTINATION_IP_PROHIBITED",
    "destination_ip_unroutable, DESTINATION_IP_UNROUTABLE",
    "connection_refused,        CONNECTION_REFUSED",
    "connection_terminated,     CONNECTION_TERMINATED",
    "connection_timeout,        CONNECTION_TIMEOUT",
    "connection_read_timeout,   CONNECTION_TIMEOUT",
    "connection_limit_reached,  DESTINATION_UNAVAILABLE",
    "http_request_denied,       DENIED",
    "proxy_internal_error,      DESTINATION_UNAVAILABLE",
    "proxy_loop_detected,       PROXY_LOOP",
  })
  void theParentsOwnReasonBeatsTheStatus(String token, DialError error) throws IOException {
    Failed failed =
        failed(answering("HTTP/1.1 500 X\r\nProxy-Status: parent; error=" + token + "\r\n\r\n"));

    assertThat(failed.error()).isEqualTo(error);
    assertThat(failed.details()).isEqualTo("the parent proxy answered 500 " + token);
  }

  @Test
  void theParentsDnsResponseCodeIsPassedOn() throws IOException {
    Failed failed =
        failed(
            answering(
                "HTTP/1.1 502 X\r\nProxy-Status: p; error=dns_error; rcode=\"NXDOMAIN\"\r\n\r\n"));

    assertThat(failed.rcode()).isEqualTo("NXDOMAIN");
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(strings = {"http_protocol_error", "of_our_own"})
  void aReasonThatSaysNothingLeavesTheStatus(String token) throws IOException {
    Failed failed =
        failed(answering("HTTP/1.1 504 X\r\nProxy-Status: p; error=" + token + "\r\n\r\n"));

    assertThat(failed.error()).isEqualTo(DialError.CONNECTION_TIMEOUT);
  }

  @Test
  @Tag("D10")
  void wrongCredentialsAreToldWithoutThem() throws IOException {
    ScriptedParent parent =
        fixture.keep(
            ScriptedParent.answering("HTTP/1.1 407 X\r\nProxy-Authenticate: Basic\r\n\r\n"));
    Parent known = parent.with(Parent.Protocol.HTTP, "me", "secret");

    Failed failed = failed(dial(known, TARGET));

    assertThat(failed.error()).isEqualTo(DialError.PARENT_CONFIGURATION);
    assertThat(failed.error().status()).isEqualTo(502);
    assertThat(failed.error().type().token()).isEqualTo("proxy_configuration_error");
    assertThat(failed.details()).isEqualTo("the parent proxy refused Detour's credentials");
    assertThat(fixture.options.withParents(Map.of("dc", known)).toString())
        .contains("***")
        .doesNotContain("secret")
        .doesNotContain("me:");
  }

  @Test
  void missingCredentialsAreTold() throws IOException {
    assertThat(failed(answering("HTTP/1.1 407 X\r\n\r\n")).details())
        .isEqualTo("the parent proxy wants credentials and none are configured");
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(
      strings = {
        "HTTP/1.1 502 X\r\nContent-Length: 1000000\r\n\r\n",
        "HTTP/1.1 502 X\r\nTransfer-Encoding: chunked\r\n\r\n",
        "HTTP/1.1 502 X\r\n\r\nthe body has only begun",
      })
  void nobodyWaitsForTheBodyOfAnError(String answer) throws IOException {
    CompletableFuture<Integer> end = new CompletableFuture<>();
    ScriptedParent parent = fixture.keep(ScriptedParent.answeringAndWaiting(answer, end));

    assertThat(failed(dial(parent.http(), TARGET)).error()).isEqualTo(DialError.CONNECTION_REFUSED);
    assertThat(DialFixture.await(end)).isNegative();
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(
      strings = {
        "SSH-2.0-OpenSSH_9.2\r\n",
        "HTTP/2.0 200 OK\r\n\r\n",
        "RTSP/1.0 200 OK\r\n\r\n",
        "HTTP/1.1 abc OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nA: LONG\r\n\r\n",
        "HTTP/1.1 200 LONG\r\n\r\n",
        "LONG",
      })
  void whatIsNoAnswerOfAnHttpProxyIsTold(String answer) throws IOException {
    Failed failed = failed(answering(answer.replace("LONG", "x".repeat(20_000))));

    assertThat(failed.error()).isEqualTo(DialError.PARENT_ANSWER);
    assertThat(failed.details()).contains("not that of an HTTP proxy");
  }

  @Test
  void interimAnswersHaveABound() throws IOException {
    assertThat(failed(answering("HTTP/1.1 103 X\r\n\r\n".repeat(11) + OK)).error())
        .isEqualTo(DialError.PARENT_ANSWER);
  }

  @ParameterizedTest(name = "[{0}]")
  @ValueSource(strings = {"", "HTTP/1.1 2", "HTTP/1.1 200 OK\r\nVia"})
  @Tag("D12")
  void aParentThatEndsWithoutAnAnswerIsTold(String part) throws IOException {
    Failed failed = failed(answering(part));

    assertThat(failed.error()).isEqualTo(DialError.CONNECTION_TERMINATED);
    assertThat(failed.details()).contains("the parent proxy closed the connection");
  }

  @Test
  @Tag("D12")
  void aParentThatResetsIsTold() throws IOException {
    ScriptedParent parent =
        fixture.keep(
            ScriptedParent.start(
                connection -> {
                  ScriptedParent.head(connection);
                  connection.setOption(StandardSocketOptions.SO_LINGER, 0);
                }));

    assertThat(failed(dial(parent.http(), TARGET)).error())
        .isEqualTo(DialError.CONNECTION_TERMINATED);
  }

  @ParameterizedTest(name = "silent from the byte {0} on")
  @ValueSource(ints = {0, 1, 30})
  @Tag("D07")
  void aSlowParentTimesOut(int bytes) throws IOException {
    Duration timeout = Duration.ofMillis(300);
    CompletableFuture<Integer> end = new CompletableFuture<>();
    ScriptedParent parent =
        fixture.keep(ScriptedParent.answeringAndWaiting(OK.substring(0, bytes), end));

    Failed failed = failed(dial(parent.http(), TARGET, timeout));

    assertThat(failed.error()).isEqualTo(DialError.CONNECTION_TIMEOUT);
    assertThat(failed.details()).isEqualTo("the parent proxy did not answer in time");
    assertThat(Duration.ofNanos(failed.connectNanos())).isBetween(timeout, timeout.multipliedBy(3));
    assertThat(DialFixture.await(end)).isNegative();
  }

  @Test
  void oneTimeoutCoversAllAddressesOfTheParent() throws IOException {
    int port = fixture.deafPort();
    Duration timeout = Duration.ofMillis(300);
    InetAddress loopback = InetAddress.ofLiteral("127.0.0.1");
    Dialer dialer =
        fixture.dialer(
            fixture
                .options
                .withConnectTimeout(timeout)
                .withHosts(Map.of(host("parent.test"), List.of(loopback, loopback, loopback)))
                .withParents(Map.of("dc", http("parent.test:" + port))));

    Failed failed = failed(fixture.dial(dialer, TARGET, "dc"));

    assertThat(failed.error()).isEqualTo(DialError.CONNECTION_TIMEOUT);
    assertThat(failed.attempts()).isEqualTo(1);
    assertThat(Duration.ofNanos(failed.connectNanos())).isLessThan(timeout.multipliedBy(2));
  }

  @Test
  @Tag("D05")
  void aParentThatRefusesIsTold() throws IOException {
    Failed failed = failed(dial(http("127.0.0.1:" + closedPort("127.0.0.1")), TARGET));

    assertThat(failed.error()).isEqualTo(DialError.CONNECTION_REFUSED);
    assertThat(failed.details()).isEqualTo("the parent proxy refused the connection");
  }

  @Test
  @Tag("D06")
  void aParentWithoutARouteIsTold() {
    Failed failed = failed(dial(http("224.0.0.1"), TARGET));

    assertThat(failed.error()).isEqualTo(DialError.DESTINATION_IP_UNROUTABLE);
    assertThat(failed.details()).isEqualTo("there is no route to the parent proxy's address");
  }

  @Test
  @Tag("D01")
  void aParentWithoutAnAddressIsTold() {
    Failed failed = failed(dial(http("nobody.test"), TARGET));

    assertThat(failed.error()).isEqualTo(DialError.DNS_ERROR);
    assertThat(failed.rcode()).isEqualTo("NXDOMAIN");
    assertThat(failed.details()).isEqualTo("the host of the parent proxy has no address");
  }

  @Test
  @Tag("C24")
  void aParentThatIsThisProxyIsNotDialled() {
    fixture.own.add(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 3128));

    Failed failed = failed(dial(http("localhost"), TARGET));

    assertThat(failed.error()).isEqualTo(DialError.PROXY_LOOP);
    assertThat(failed.details()).isEqualTo("the parent proxy is this proxy");
  }

  @Test
  void theNextAddressOfTheParentIsTried() throws IOException {
    ScriptedParent parent = fixture.keep(ScriptedParent.answering(OK));
    fixture.dns.answer("parent.test", "127.0.0.2", "127.0.0.1");

    Connected connected =
        connected(dial(http("parent.test:" + parent.http().address().port()), TARGET));

    assertThat(connected.attempts()).isEqualTo(2);
    assertThat(connected.dnsNanos()).isPositive();
    assertThat(fixture.dns.asked())
        .isNotEmpty()
        .allMatch(asked -> asked.name().startsWith("parent.test"));
  }

  @Test
  void aParentThatIsNotConfiguredIsTold() {
    Failed failed = failed(fixture.dial(fixture.dialer(), TARGET, "dc"));

    assertThat(failed.error()).isEqualTo(DialError.PARENT_CONFIGURATION);
    assertThat(failed.details()).isEqualTo("there is no parent proxy of this name");
    assertThat(failed.attempts()).isZero();
  }

  @Test
  @DisplayName("T19: a dial that is cancelled while the parent is looked up is not told")
  void cancelWhileTheParentIsLookedUp() {
    fixture.dns.ignore("parent.test");
    Running running = start(http("parent.test"));
    await().until(() -> !fixture.dns.asked().isEmpty());

    fixture.runOnLoop(running.handle()::cancel);

    assertNotTold(running);
  }

  @Test
  @DisplayName("T19: a dial that is cancelled while the parent is connected to is not told")
  void cancelWhileTheParentIsConnectedTo() throws IOException {
    ServerSocket listener = fixture.listen("127.0.0.1");
    Parent parent = http("127.0.0.1:" + listener.getLocalPort());
    Dialer dialer = fixture.dialer(fixture.options.withParents(Map.of("dc", parent)));
    CompletableFuture<DialResult> told = new CompletableFuture<>();

    // Netty hears of the connection only in a later turn.
    fixture.runOnLoop(() -> dialer.dial(TARGET, "dc", fixture.loop, told::complete).cancel());

    try (var accepted = listener.accept()) {
      assertThat(accepted.getInputStream().read()).isEqualTo(-1);
    }
    fixture.drainLoop();
    assertThat(told).isNotDone();
  }

  @ParameterizedTest(
      name = "T19: a dial that is cancelled behind byte {0} of the answer is not told")
  @ValueSource(ints = {0, 1, 30})
  void cancelWhileTheParentIsAsked(int bytes) throws IOException {
    CompletableFuture<String> asked = new CompletableFuture<>();
    CompletableFuture<Integer> end = new CompletableFuture<>();
    ScriptedParent parent =
        fixture.keep(
            ScriptedParent.start(
                connection -> {
                  String head = ScriptedParent.head(connection);
                  ScriptedParent.send(connection, OK.substring(0, bytes));
                  asked.complete(head);
                  end.complete(ScriptedParent.endOf(connection));
                }));
    Running running = start(parent.http());
    assertThat(DialFixture.await(asked)).isNotEmpty();

    fixture.runOnLoop(running.handle()::cancel);

    assertThat(DialFixture.await(end)).isNegative();
    assertNotTold(running);
  }

  @Test
  void cancelAfterTheResultLeavesTheConnectionToItsReceiver() throws IOException {
    CompletableFuture<Integer> end = new CompletableFuture<>();
    ScriptedParent parent = fixture.keep(ScriptedParent.answeringAndWaiting(OK, end));
    Running running = start(parent.http());
    Connected connected = connected(DialFixture.await(running.result()));

    fixture.runOnLoop(running.handle()::cancel);

    assertThat(connected.upstream().isActive()).isTrue();
    assertThat(end).isNotDone();
  }

  private void assertNotTold(Running running) {
    fixture.drainLoop();
    assertThat(running.result()).isNotDone();
  }

  /** Everything that comes through the tunnel until its end. */
  private String everythingFrom(Parent parent) {
    Transcript transcript = new Transcript();
    Dialer dialer = fixture.dialer(fixture.options.withParents(Map.of("dc", parent)));
    DialResult result =
        DialFixture.await(fixture.start(dialer, TARGET, "dc", transcript::takeOver).result());
    connected(result);
    return DialFixture.await(transcript.text());
  }

  private Running start(Parent parent) {
    Dialer dialer = fixture.dialer(fixture.options.withParents(Map.of("dc", parent)));
    return fixture.start(dialer, TARGET, "dc", channel -> {});
  }

  private DialResult answering(String answer) throws IOException {
    return dial(fixture.keep(ScriptedParent.answering(answer)).http(), TARGET);
  }

  private DialResult dial(Parent parent, HostPort target) {
    return dial(parent, target, fixture.options.connectTimeout());
  }

  private DialResult dial(Parent parent, HostPort target, Duration timeout) {
    DialOptions options =
        fixture.options.withConnectTimeout(timeout).withParents(Map.of("dc", parent));
    return fixture.dial(fixture.dialer(options), target, "dc");
  }

  private static Parent http(String authority) {
    return (Parent) Parent.parse("http://" + authority);
  }

  private static Connected connected(DialResult result) {
    return assertThat(result).asInstanceOf(type(Connected.class)).actual();
  }

  private static Failed failed(DialResult result) {
    return assertThat(result).asInstanceOf(type(Failed.class)).actual();
  }
}
