package io.detour.server.access;

import io.detour.core.Address;
import io.detour.server.status.ProxyErrorType;
import io.detour.server.status.Refusal;
import io.netty.util.concurrent.EventExecutor;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BiPredicate;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out whether credentials are right. What was right a short while ago is answered at once;
 * all else is tried on threads of its own, the same credentials of a client once however many
 * requests wait for it, and only so many wrong ones from a client. Any thread.
 *
 * <p>A password is tried on exactly one hash, whether there is such a user or not.
 */
final class Authenticator {
  private static final Logger logger = LoggerFactory.getLogger(Authenticator.class);
  private static final String CHALLENGE = "Basic realm=\"Detour\", charset=\"UTF-8\"";
  private static final Duration OVERLOAD = Duration.ofSeconds(1);

  private static final Authentication MISSING =
      unauthorized("this proxy asks for a user name and a password");
  private static final Authentication MALFORMED =
      unauthorized("Proxy-Authorization has no Basic credentials of RFC 7617");
  private static final Authentication WRONG =
      unauthorized("the user name or the password is wrong");
  private static final Authentication OVERLOADED =
      refused(503, ProxyErrorType.CONNECTION_LIMIT_REACHED, "too many passwords wait", OVERLOAD);
  private static final Authentication BROKEN =
      refused(500, ProxyErrorType.PROXY_INTERNAL_ERROR, "internal error", null);

  private final UsersInForce users;
  private final FailedAttempts failures;
  private final Executor threads;
  private final BiPredicate<PasswordHash, byte[]> trial;
  private final CredentialsDigest digests = new CredentialsDigest();

  /** Who waits for which attempt. Guarded by itself. */
  private final Map<Attempt, List<Waiting>> waiting = new HashMap<>();

  private record Attempt(UsersInForce.Snapshot users, ByteBuffer digest, Address client) {}

  private record Waiting(EventExecutor loop, Consumer<Authentication> done) {}

  /**
   * @param users to be found
   * @param failures counted here
   * @param threads run what takes milliseconds; refuse what is too much for them
   * @param trial whether a password is right: {@link PasswordHash#matches}
   */
  Authenticator(
      UsersInForce users,
      FailedAttempts failures,
      Executor threads,
      BiPredicate<PasswordHash, byte[]> trial) {
    this.users = users;
    this.failures = failures;
    this.threads = threads;
    this.trial = trial;
  }

  /** As {@link AccessControl#authenticate}. */
  void authenticate(
      @Nullable String proxyAuthorization,
      @Nullable Address client,
      EventExecutor loop,
      Consumer<Authentication> done) {
    if (proxyAuthorization == null) {
      done.accept(MISSING);
      return;
    }
    Credentials credentials = Credentials.parse(proxyAuthorization);
    if (credentials == null) {
      done.accept(MALFORMED);
      return;
    }
    UsersInForce.Snapshot now = users.current();
    ByteBuffer digest = digests.of(credentials);
    if (now.accepted().contains(digest)) {
      done.accept(new Authentication.Known(credentials.user()));
      return;
    }
    Attempt attempt = new Attempt(now, digest, FailedAttempts.client(client));
    if (isFirst(attempt, new Waiting(loop, done))) {
      begin(attempt, credentials);
    }
  }

  private boolean isFirst(Attempt attempt, Waiting one) {
    synchronized (waiting) {
      List<Waiting> others = waiting.computeIfAbsent(attempt, _ -> new ArrayList<>());
      others.add(one);
      return others.size() == 1;
    }
  }

  private void begin(Attempt attempt, Credentials credentials) {
    Duration wait = failures.take(attempt.client());
    if (wait != null) {
      finish(attempt, tooMany(wait));
      return;
    }
    try {
      threads.execute(() -> tryOut(attempt, credentials));
    } catch (RejectedExecutionException e) {
      failures.giveBack(attempt.client());
      finish(attempt, OVERLOADED);
    }
  }

  private void tryOut(Attempt attempt, Credentials credentials) {
    Authentication found = BROKEN;
    try {
      found = isRight(attempt.users().users(), credentials) ? right(attempt, credentials) : WRONG;
    } catch (RuntimeException e) {
      logger.error("a password could not be tried", e);
    } finally {
      finish(attempt, found);
    }
  }

  private boolean isRight(Users known, Credentials credentials) {
    PasswordHash hash = known.hash(credentials.user());
    boolean matches = trial.test(hash == null ? known.decoy() : hash, credentials.passwordBytes());
    return matches && hash != null;
  }

  private Authentication right(Attempt attempt, Credentials credentials) {
    failures.giveBack(attempt.client());
    attempt.users().accepted().add(attempt.digest());
    return new Authentication.Known(credentials.user());
  }

  private void finish(Attempt attempt, Authentication result) {
    List<Waiting> all;
    synchronized (waiting) {
      all = waiting.remove(attempt);
    }
    for (Waiting one : all == null ? List.<Waiting>of() : all) {
      tell(one, result);
    }
  }

  private static void tell(Waiting one, Authentication result) {
    if (one.loop.inEventLoop()) {
      one.done.accept(result);
      return;
    }
    try {
      one.loop.execute(() -> one.done.accept(result));
    } catch (RejectedExecutionException e) {
      logger.debug("nobody waits for a password any more: the server is closed");
    }
  }

  private static Authentication unauthorized(String details) {
    return new Authentication.Refused(
        new Refusal(407, ProxyErrorType.HTTP_REQUEST_DENIED, details).challengedWith(CHALLENGE));
  }

  private static Authentication tooMany(Duration wait) {
    Duration wholeSeconds = Duration.ofSeconds(wait.plusNanos(999_999_999).toSeconds());
    return refused(
        429,
        ProxyErrorType.HTTP_REQUEST_DENIED,
        "too many wrong passwords from this address",
        wholeSeconds);
  }

  private static Authentication refused(
      int status, ProxyErrorType error, String details, @Nullable Duration retryAfter) {
    Refusal refusal = new Refusal(status, error, details);
    return new Authentication.Refused(
        retryAfter == null ? refusal : refusal.retriedAfter(retryAfter));
  }
}
