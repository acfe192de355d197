package io.detour.server.access;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.detour.core.Address;
import io.detour.core.HostPort;
import io.detour.core.Subnet;
import io.detour.rules.condition.PortRange;
import io.detour.server.access.AccessControl.Authentication;
import io.detour.server.account.RequestKind;
import io.detour.server.status.Refusal;
import io.netty.util.concurrent.DefaultEventExecutor;
import io.netty.util.concurrent.EventExecutor;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AccessControlTest {
  /** Of the password {@code p}. */
  private static final String HASH = "$2y$05$bF/3nJKD.HBUuLeWF09TQ.N6OYKc6p6SA4O4RxM3ACKWWaHByh.C2";

  private static final int DEADLINE_SECONDS = 20;

  private static final EventExecutor LOOP = new DefaultEventExecutor();

  /** Each asks from another address, so that none has failed too often. */
  private static final AtomicLong CLIENTS = new AtomicLong();

  @TempDir private Path folder;

  @AfterAll
  static void end() {
    LOOP.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
  }

  @ParameterizedTest
  @CsvSource({
    "10.0.0.0, true",
    "10.255.255.255, true",
    "::ffff:10.1.2.3, true",
    "11.0.0.0, false",
    "::1, true",
    "::2, false",
    "2001:db8::1, true",
    "2001:db9::1, false",
  })
  void onlyTheClientsOfTheListAreAdmitted(String client, boolean admitted) throws IOException {
    AccessControl access =
        AccessControl.start(
            AccessVariants.clients(
                AccessOptions.open(), subnets("10.0.0.0/8", "::1", "2001:db8::/32")));

    assertThat(access.options().refusal(address(client)) == null).isEqualTo(admitted);
    assertThat(access.options().refusal((Address) null)).as("nobody knows who").isNotNull();
  }

  @Test
  void withoutAListEveryClientIsAdmitted() throws IOException {
    assertThat(AccessOptions.defaults().refusal(address("192.0.2.1"))).isNull();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 22, 25, 79, 81, 442, 444, 8080, 65_535})
  @DisplayName("C23 Q18: CONNECT to a port that is not allowed is told which and what allows it")
  void tunnelsLeadToThePortsOfTheWebUnlessTheConfigurationSaysOtherwise(int port)
      throws IOException {
    AccessControl access = AccessControl.start(AccessOptions.defaults());
    HostPort asked = target(port);

    Refusal refusal = Objects.requireNonNull(access.options().refusal(RequestKind.CONNECT, asked));
    assertThat(refusal.status()).isEqualTo(403);
    assertThat(new String(refusal.bytes(new Refusal.Form(false, false), false), UTF_8))
        .contains("error=http_request_denied")
        .contains(
            ": tunnels to port "
                + port
                + " are not allowed (access.connect_ports: 80, 443, 8443)\r\n");
    assertThat(new String(refusal.bytes(), UTF_8)).doesNotContain("example.com");
    assertThat(access.options().refusal(RequestKind.FORWARD, asked)).isNull();
    assertThat(access.options().refusal(RequestKind.TCP, asked)).isNull();
  }

  @Test
  @Tag("C23")
  void eachKindOfRequestHasItsPorts() throws IOException {
    AccessControl access =
        AccessControl.start(
            AccessOptions.defaults()
                .withPorts(
                    new PortSet(List.of(new PortRange(22, 22), new PortRange(8000, 8099))),
                    PortSet.of(80)));

    assertThat(Stream.of(22, 8000, 8099).map(port -> connect(access, port))).containsOnlyNulls();
    assertThat(Stream.of(23, 443, 7999, 8100).map(port -> connect(access, port)))
        .doesNotContainNull();
    assertThat(access.options().refusal(RequestKind.FORWARD, target(80))).isNull();
    assertThat(access.options().refusal(RequestKind.FORWARD, target(8000))).isNotNull();
    assertThat(connect(AccessControl.start(AccessOptions.defaults()), 443)).isNull();
    assertThat(connect(AccessControl.start(AccessOptions.defaults()), 8443)).isNull();
    assertThat(connect(AccessControl.start(AccessOptions.open()), 25)).isNull();
  }

  @Test
  void withoutUsersNobodyIsAsked() throws IOException {
    AccessControl access = AccessControl.start(AccessOptions.defaults());
    CompletableFuture<Authentication> answer = new CompletableFuture<>();

    access.authenticate("nonsense", null, LOOP, answer::complete);

    assertThat(answer).isCompletedWithValue(new Authentication.Known(null));
    access.close();
  }

  @Test
  @DisplayName("D10: users are asked for the passwords of a file")
  void usersAreAskedForThePasswordsOfTheFile() throws IOException {
    try (AccessControl access = AccessControl.start(withUsers("alice:" + HASH))) {
      assertThat(ask(access, null)).isInstanceOf(Authentication.Refused.class);
      assertThat(ask(access, "alice:q")).isInstanceOf(Authentication.Refused.class);
      assertThat(ask(access, "bob:p")).isInstanceOf(Authentication.Refused.class);
      assertThat(ask(access, "alice:p")).isEqualTo(new Authentication.Known("alice"));
      assertThat(ask(access, "alice:p")).isEqualTo(new Authentication.Known("alice"));
    }
  }

  @Test
  void aFileWithAProblemIsNotBegunWith() throws IOException {
    AccessOptions options = withUsers("alice\nbob:x");

    assertThatThrownBy(() -> AccessControl.start(options))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith(options.users() + ":1:1: a colon is missing")
        .hasMessageContaining("; " + options.users() + ":2:5: ");
  }

  @Test
  void aChangedFileIsReadAgainAndForgetsWhoWasKnown() throws IOException {
    AccessOptions options = withUsers("alice:" + HASH);
    try (AccessControl access = AccessControl.start(options)) {
      assertThat(ask(access, "alice:p")).isEqualTo(new Authentication.Known("alice"));

      replace(options, "bob:" + HASH);
      await(access, "bob:p", new Authentication.Known("bob"));
      assertThat(ask(access, "alice:p")).isInstanceOf(Authentication.Refused.class);
    }
  }

  private static void await(AccessControl access, String credentials, Authentication answer) {
    Awaitility.await()
        .atMost(DEADLINE_SECONDS, TimeUnit.SECONDS)
        .pollInterval(200, TimeUnit.MILLISECONDS)
        .until(() -> ask(access, credentials).equals(answer));
  }

  private static Authentication ask(AccessControl access, @Nullable String credentials) {
    CompletableFuture<Authentication> answer = new CompletableFuture<>();
    String field =
        credentials == null
            ? null
            : "Basic " + Base64.getEncoder().encodeToString(credentials.getBytes(UTF_8));
    LOOP.execute(
        () ->
            access.authenticate(
                field,
                new Address(CLIENTS.incrementAndGet(), 0),
                LOOP,
                found -> {
                  assertThat(LOOP.inEventLoop()).isTrue();
                  answer.complete(found);
                }));
    return answer.orTimeout(DEADLINE_SECONDS, TimeUnit.SECONDS).join();
  }

  private AccessOptions withUsers(String text) throws IOException {
    return AccessVariants.users(
        AccessOptions.open(), Files.writeString(folder.resolve("htpasswd"), text));
  }

  private void replace(AccessOptions options, String text) throws IOException {
    Path other = Files.writeString(folder.resolve("other"), text);
    Files.move(other, options.users(), StandardCopyOption.ATOMIC_MOVE);
  }

  private static @Nullable Refusal connect(AccessControl access, int port) {
    return access.options().refusal(RequestKind.CONNECT, target(port));
  }

  private static HostPort target(int port) {
    return HostPort.parse("example.com:" + port).orElseThrow();
  }

  private static List<Subnet> subnets(String... texts) {
    return Stream.of(texts).map(text -> Subnet.parse(text).orElseThrow()).toList();
  }

  private static Address address(String text) {
    return Address.of(InetAddress.ofLiteral(text));
  }
}
