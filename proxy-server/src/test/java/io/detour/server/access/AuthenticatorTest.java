package io.detour.server.access;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.detour.core.Address;
import io.detour.server.access.AccessControl.Authentication;
import io.detour.server.access.Authenticator.FailedAttempts;
import io.detour.server.access.UserFile.Users;
import io.detour.server.files.Fingerprint;
import io.detour.server.status.Refusal;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.ImmediateEventExecutor;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("D10, L07: users are asked who they are")
class AuthenticatorTest {
  private static final PasswordHash USUAL = hash("$2y$05$" + "a".repeat(53));
  private static final PasswordHash ALICES = hash("$2y$05$" + "b".repeat(53));
  private static final PasswordHash BOBS = hash("$2y$10$" + "c".repeat(53));
  private static final Address CLIENT = address("192.0.2.1");
  private static final Address ANOTHER = address("192.0.2.2");
  private static final int QUEUED = 2;

  private final AtomicLong nanoTime = new AtomicLong(-1);
  private final EventExecutor loop = ImmediateEventExecutor.INSTANCE;

  /** What the threads would do; a test runs it. */
  private final Queue<Runnable> queue = new ArrayDeque<>();

  /** Which hashes passwords were tried on. */
  private final List<PasswordHash> tried = new ArrayList<>();

  private final List<Authentication> answers = new ArrayList<>();
  private final Authenticator authenticator =
      new Authenticator(
          new UsersInForce(
              Path.of("htpasswd"),
              Fingerprint.NONE,
              new Users(Map.of("alice", ALICES, "carol", USUAL, "bob", BOBS)),
              nanoTime::get),
          new FailedAttempts(nanoTime::get),
          this::enqueue,
          this::isRight);

  private void enqueue(Runnable trial) {
    if (queue.size() == QUEUED) {
      throw new RejectedExecutionException();
    }
    queue.add(trial);
  }

  /** The right password is {@code right} for everybody. */
  private boolean isRight(PasswordHash hash, byte[] password) {
    tried.add(hash);
    if (Arrays.equals(password, "broken".getBytes(UTF_8))) {
      throw new IllegalStateException("broken");
    }
    return Arrays.equals(password, "right".getBytes(UTF_8));
  }

  @ParameterizedTest
  @NullSource
  @ValueSource(strings = {"", "Bearer x", "Basic !", "Basic YWxpY2U="})
  @Tag("D10")
  void withoutCredentialsThereIsAChallengeAtOnce(@Nullable String field) {
    authenticator.authenticate(field, CLIENT, loop, answers::add);

    assertThat(refusal().status()).isEqualTo(407);
    assertThat(refusal().challenge()).isEqualTo("Basic realm=\"Detour\", charset=\"UTF-8\"");
    assertThat(queue).isEmpty();
  }

  @Test
  @Tag("D10")
  void aWrongPasswordIsAnsweredByAChallengeThatEchoesNothing() {
    ask("alice", "hunter2");
    run();

    assertThat(refusal().status()).isEqualTo(407);
    assertThat(new String(refusal().bytes(), UTF_8))
        .contains("\r\nProxy-Authenticate: Basic realm=\"Detour\", charset=\"UTF-8\"\r\n")
        .contains("\r\nConnection: close\r\n")
        .doesNotContain("alice")
        .doesNotContain("hunter2")
        .doesNotContain(base64("alice:hunter2"));
  }

  @Test
  void aRightPasswordSaysWhoItIs() {
    ask("alice", "right");
    assertThat(answers).isEmpty();
    run();

    assertThat(answers).containsExactly(new Authentication.Known("alice"));
  }

  @Test
  @Tag("L07")
  void anUnknownUserCostsWhatAWrongPasswordOfTheUsualCostDoes() {
    ask("alice", "wrong");
    ask("nobody", "wrong");
    run();
    run();

    assertThat(tried).hasSize(2).allMatch(hash -> hash.cost() == 5);
    assertThat(tried).extracting(PasswordHash::kind).containsOnly(PasswordHash.Kind.BCRYPT);
    assertThat(answers.get(0)).isEqualTo(answers.get(1));
  }

  @Test
  @Tag("L07")
  void anUnknownUserIsNotLetInByThePasswordOfTheDecoy() {
    ask("nobody", "right");
    run();

    assertThat(refusal().status()).isEqualTo(407);
  }

  @Test
  void whatWasRightIsNotTriedAgainForTenMinutes() {
    ask("alice", "right");
    run();
    pass(AcceptedCredentials.LIFETIME.toNanos() - 1);
    ask("alice", "right");

    assertThat(answers).hasSize(2).containsOnly(new Authentication.Known("alice"));
    assertThat(tried).hasSize(1);
    pass(1);
    ask("alice", "right");
    assertThat(queue).hasSize(1);
  }

  @Test
  void anotherPasswordOrAnotherUserIsTried() {
    ask("alice", "right");
    run();
    ask("alice", "wrong");
    ask("bob", "right");
    run();
    run();

    assertThat(tried).containsExactly(ALICES, ALICES, BOBS);
  }

  @Test
  void requestsThatComeTogetherAreOneTrial() {
    for (int i = 0; i < 50; i++) {
      ask("alice", "wrong");
    }
    assertThat(queue).hasSize(1);
    run();

    assertThat(answers).hasSize(50).allMatch(Authentication.Refused.class::isInstance);
    assertThat(tried).hasSize(1);
    fail(FailedAttempts.BURST - 1, CLIENT);
    ask("alice", "wrong");
    assertThat(refusal().status()).isEqualTo(429);
  }

  @Test
  @Tag("L07")
  void whoFailsTooOftenIsToldToWaitAndNothingIsTried() {
    fail(FailedAttempts.BURST, CLIENT);
    tried.clear();
    ask("bob", "right");
    ask("nobody", "right");

    assertThat(tried).isEmpty();
    assertThat(answers.subList(answers.size() - 2, answers.size()))
        .allSatisfy(
            answer -> {
              Refusal refusal = ((Authentication.Refused) answer).refusal();
              assertThat(refusal.status()).isEqualTo(429);
              assertThat(new String(refusal.bytes(new Refusal.Form(false, false), false), UTF_8))
                  .contains("\r\nRetry-After: 6\r\n");
            });
    pass(FailedAttempts.INTERVAL.toNanos());
    ask("bob", "right");
    run();
    assertThat(answers.getLast()).isEqualTo(new Authentication.Known("bob"));
  }

  @Test
  @Tag("L07")
  void neitherOtherClientsNorWhoIsKnownWaitForTheOneThatFails() {
    ask("alice", "right");
    run();
    fail(FailedAttempts.BURST, CLIENT);

    ask("alice", "right");
    assertThat(answers.getLast()).isEqualTo(new Authentication.Known("alice"));
    ask(ANOTHER, "bob", "right");
    run();
    assertThat(answers.getLast()).isEqualTo(new Authentication.Known("bob"));
  }

  @ParameterizedTest
  @MethodSource("differentClients")
  @Tag("L07")
  void whoMustWaitLearnsNothingOfWhoIsLoggedInElsewhere(
      @Nullable Address loggedIn, @Nullable Address guessing) {
    ask(loggedIn, "alice", "right");
    run();
    fail(FailedAttempts.BURST, guessing);
    tried.clear();
    answers.clear();
    ask(guessing, "alice", "right");
    ask(guessing, "alice", "wrong");
    ask(guessing, "bob", "right");
    ask(guessing, "nobody", "right");

    assertThat(refusal().status()).isEqualTo(429);
    assertThat(answers).hasSize(4).containsOnly(answers.getFirst());
    assertThat(queue).isEmpty();
    assertThat(tried).isEmpty();
  }

  private static Stream<Arguments> differentClients() {
    return Stream.of(
        arguments(CLIENT, ANOTHER),
        arguments(address("2001:db8:0:1::1"), address("2001:db8:0:2::1")),
        arguments(CLIENT, address("2001:db8::1")),
        arguments(CLIENT, null),
        arguments(null, CLIENT));
  }

  @ParameterizedTest
  @MethodSource("addressesOfOneClient")
  @Tag("L07")
  void whoIsLoggedInGoesOnWhileOthersAtTheAddressWait(
      @Nullable Address loggedIn, @Nullable Address same) {
    ask(loggedIn, "alice", "right");
    run();
    fail(FailedAttempts.BURST, same);
    for (int i = 0; i < 1000; i++) {
      ask(same, "bob", "wrong" + i);
      ask(same, "alice", "old"); // a program that does not know the new password
      assertThat(refusal().status()).isEqualTo(429);
      ask(loggedIn, "alice", "right");
      ask(same, "alice", "right");
    }

    assertThat(answers.subList(answers.size() - 2, answers.size()))
        .containsOnly(new Authentication.Known("alice"));
    assertThat(queue).isEmpty();
  }

  private static Stream<Arguments> addressesOfOneClient() {
    return Stream.of(
        arguments(CLIENT, CLIENT),
        arguments(address("2001:db8::1"), address("2001:db8::2")),
        arguments(null, null));
  }

  @Test
  void whatWasRightElsewhereIsNotTriedAgainAndLogsInHereToo() {
    ask("alice", "right");
    run();
    for (int i = 0; i < 100; i++) {
      ask(ANOTHER, "alice", "right");
    }
    assertThat(answers).hasSize(101).containsOnly(new Authentication.Known("alice"));
    fail(FailedAttempts.BURST, ANOTHER);
    ask(ANOTHER, "alice", "right");

    assertThat(answers.getLast()).isEqualTo(new Authentication.Known("alice"));
    assertThat(tried).hasSize(1 + FailedAttempts.BURST);
  }

  @Test
  @Tag("L07")
  void aPasswordCannotBeGuessedBehindTheAddressOfWhoIsLoggedIn() {
    ask("alice", "right");
    run();
    ask("bob", "right");
    run();
    fail(FailedAttempts.BURST, CLIENT);
    for (int i = 0; i < AcceptedCredentials.MAX_MISSES; i++) {
      ask("alice", "guess" + i);
    }
    Authentication wrong = answers.getLast();
    ask("alice", "right");
    assertThat(answers.getLast()).isEqualTo(wrong);
    assertThat(refusal().status()).isEqualTo(429);
    ask("bob", "right");
    assertThat(answers.getLast()).isEqualTo(new Authentication.Known("bob"));

    pass(FailedAttempts.INTERVAL.toNanos());
    for (int i = 0; i < 100; i++) {
      ask("alice", "right");
      assertThat(answers.getLast()).isEqualTo(new Authentication.Known("alice"));
    }
    assertThat(queue).isEmpty();
    fail(1, CLIENT);
    ask("alice", "right");
    assertThat(refusal().status()).isEqualTo(429);
  }

  @Test
  @Tag("L07")
  void whoMustWaitLearnsNothingOfWhatIsBeingTried() {
    fail(FailedAttempts.BURST - 1, CLIENT);
    ask("alice", "right");
    answers.clear();
    ask("alice", "right");
    ask("alice", "wrong");
    assertThat(refusal().status()).isEqualTo(429);
    assertThat(answers).hasSize(2).containsOnly(answers.getFirst());
    run();

    assertThat(answers.getLast()).isEqualTo(new Authentication.Known("alice"));
  }

  @Test
  void whatIsTooMuchForTheThreadsIsRefusedForASecond() {
    ask("alice", "1");
    ask("alice", "2");
    ask("alice", "3");

    assertThat(refusal().status()).isEqualTo(503);
    assertThat(new String(refusal().bytes(new Refusal.Form(false, false), false), UTF_8))
        .contains("\r\nRetry-After: 1\r\n");
    run();
    run();
    fail(FailedAttempts.BURST - 2, CLIENT); // the third was no failure
  }

  @Test
  void aBugIsAnsweredTooAndIsAFailure() {
    ask("alice", "broken");
    run();

    assertThat(refusal().status()).isEqualTo(500);
  }

  private void fail(int times, @Nullable Address client) {
    for (int i = 0; i < times; i++) {
      ask(client, "alice", "wrong" + i);
      run();
      assertThat(refusal().status()).isEqualTo(407);
    }
  }

  private void ask(String user, String password) {
    ask(CLIENT, user, password);
  }

  private void ask(@Nullable Address client, String user, String password) {
    authenticator.authenticate(
        "Basic " + base64(user + ':' + password), client, loop, answers::add);
  }

  private void run() {
    queue.remove().run();
  }

  private void pass(long nanos) {
    nanoTime.addAndGet(nanos);
  }

  /** The last answer. */
  private Refusal refusal() {
    return ((Authentication.Refused) answers.getLast()).refusal();
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(UTF_8));
  }

  private static PasswordHash hash(String text) {
    return PasswordHash.parse(text).orElseThrow();
  }

  private static Address address(String text) {
    return Address.of(InetAddress.ofLiteral(text));
  }
}
