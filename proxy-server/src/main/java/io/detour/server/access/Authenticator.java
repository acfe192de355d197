package io.detour.server.access;

import io.detour.core.Address;
import io.detour.server.access.AcceptedCredentials.Login;
import io.detour.server.access.AccessControl.Authentication;
import io.detour.server.access.UserFile.Users;
import io.detour.server.status.ProxyErrorType;
import io.detour.server.status.Refusal;
import io.netty.util.concurrent.EventExecutor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BiPredicate;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Verifies credentials. What was right a short while ago is answered at once; all else is tried on
 * threads of its own, the same credentials of a client once for all requests that wait for it, and
 * only so many wrong ones from a client. Any thread.
 *
 * <p>A password is tried on exactly one hash, whether there is such a user or not. A client that
 * may try none is not told what others have found out either: neither what was right a short while
 * ago, unless it is logged in itself, nor what is being tried.
 */
final class Authenticator {
  private static final Logger logger = LoggerFactory.getLogger(Authenticator.class);
  private static final String CHALLENGE = "Basic realm=\"Detour\", charset=\"UTF-8\"";

  private static final Authentication MISSING =
      unauthorized(
          "this proxy asks for a user name and a password"
              + " (Java tunnels: -Djdk.http.auth.tunneling.disabledSchemes=)");
  private static final Authentication MALFORMED =
      unauthorized("Proxy-Authorization has no Basic credentials of RFC 7617");
  private static final Authentication WRONG =
      unauthorized("the user name or the password is wrong");
  private static final Authentication OVERLOADED =
      new Authentication.Refused(
          new Refusal(503, ProxyErrorType.CONNECTION_LIMIT_REACHED, "too many passwords wait")
              .retriedAfter(Duration.ofSeconds(1)));
  private static final Authentication BROKEN =
      new Authentication.Refused(
          new Refusal(500, ProxyErrorType.PROXY_INTERNAL_ERROR, "internal error"));

  private final UsersInForce users;
  private final FailedAttempts failures;
  private final Executor threads;
  private final BiPredicate<PasswordHash, byte[]> trial;
  private final Credentials.Digest digests = new Credentials.Digest();

  /** Guarded by itself. */
  private final Map<Attempt, List<Waiting>> waiting = new HashMap<>();

  private record Attempt(UsersInForce.Snapshot users, Login login) {
    AcceptedCredentials accepted() {
      return users.accepted();
    }

    Address client() {
      return login.client();
    }

    Authentication known() {
      return new Authentication.Known(login.user());
    }
  }

  private record Waiting(EventExecutor loop, Consumer<Authentication> done) {
    void complete(Authentication result) {
      if (loop.inEventLoop()) {
        done.accept(result);
        return;
      }
      try {
        loop.execute(() -> done.accept(result));
      } catch (RejectedExecutionException e) {
        logger.debug("nobody waits for a password any more: the server is closed");
      }
    }
  }

  /**
   * @param threads run what takes milliseconds; refuse what is too much for them
   * @param trial {@link PasswordHash#matches}
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
    Login login =
        new Login(credentials.user(), digests.of(credentials), FailedAttempts.client(client));
    Attempt attempt = new Attempt(users.current(), login);
    Waiting one = new Waiting(loop, done);
    if (attempt.accepted().isLoggedIn(login)) {
      one.complete(attempt.known());
    } else {
      begin(attempt, credentials, one);
    }
  }

  private void begin(Attempt attempt, Credentials credentials, Waiting one) {
    switch (next(attempt, one)) {
      case Next.Answer(Authentication answer) -> one.complete(answer);
      case Next.Wait() -> {}
      case Next.Try() -> {
        try {
          threads.execute(() -> tryOut(attempt, credentials));
        } catch (RejectedExecutionException e) {
          failures.giveBack(attempt.client());
          finish(attempt, OVERLOADED);
        }
      }
    }
  }

  private sealed interface Next {
    record Answer(Authentication answer) implements Next {}

    /** For the same credentials, which are being tried. */
    record Wait() implements Next {}

    record Try() implements Next {}
  }

  /** An attempt is taken before anything is compared, and given back if none is needed. */
  private Next next(Attempt attempt, Waiting one) {
    synchronized (waiting) {
      Duration wait = failures.take(attempt.client());
      if (wait != null) {
        attempt.accepted().miss(attempt.login());
        return new Next.Answer(tooMany(wait));
      }
      if (attempt.accepted().logIn(attempt.login())) {
        failures.giveBack(attempt.client());
        return new Next.Answer(attempt.known());
      }
      List<Waiting> all = waiting.computeIfAbsent(attempt, _ -> new ArrayList<>());
      all.add(one);
      if (all.size() == 1) {
        return new Next.Try();
      }
      failures.giveBack(attempt.client());
      return new Next.Wait();
    }
  }

  private void tryOut(Attempt attempt, Credentials credentials) {
    Authentication found = BROKEN;
    try {
      found = isRight(attempt.users().users(), credentials) ? right(attempt) : WRONG;
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

  private Authentication right(Attempt attempt) {
    failures.giveBack(attempt.client());
    attempt.accepted().add(attempt.login());
    return attempt.known();
  }

  private void finish(Attempt attempt, Authentication result) {
    List<Waiting> all;
    synchronized (waiting) {
      all = waiting.remove(attempt);
    }
    if (all != null) {
      all.forEach(one -> one.complete(result));
    }
  }

  private static Authentication unauthorized(String details) {
    return new Authentication.Refused(
        new Refusal(407, ProxyErrorType.HTTP_REQUEST_DENIED, details).challengedWith(CHALLENGE));
  }

  private static Authentication tooMany(Duration wait) {
    String details = "too many wrong passwords from this address";
    Duration wholeSeconds = Duration.ofSeconds(wait.plusNanos(999_999_999).toSeconds());
    return new Authentication.Refused(
        new Refusal(429, ProxyErrorType.HTTP_REQUEST_DENIED, details).retriedAfter(wholeSeconds));
  }

  /**
   * How many passwords a client may still try: {@link #BURST} at once, then one in each {@link
   * #INTERVAL}. A token bucket for each address, kept as the moment at which it is full again (the
   * generic cell rate algorithm of ITU-T I.371). Any thread.
   *
   * <p>Only so many clients are remembered. The one that owes least is forgotten for another one,
   * so that wrong passwords from many addresses do not end the wait of one that may try none. When
   * all have to wait, so has every client that is not known.
   *
   * <p>An IPv6 client is its /64, of which it has all addresses (RFC 6177). All clients without an
   * address, of UNIX sockets, are one.
   */
  static final class FailedAttempts {
    static final int BURST = 10;
    static final Duration INTERVAL = Duration.ofSeconds(6);
    private static final long INTERVAL_NANOS = INTERVAL.toNanos();

    static final int MAX_CLIENTS = 10_000;

    private static final Address NO_ADDRESS = new Address(0, 0);

    private final LongSupplier nanoTime;
    private final Map<Address, Debt> debts = new HashMap<>();

    /** The one that ends first is first. */
    private final NavigableSet<Debt> byEnd = new TreeSet<>(Debt.BY_END);

    /** When the bucket of a client is full again, so that nothing has to be known of it. */
    private record Debt(long fullNanos, Address client) {
      static final Comparator<Debt> BY_END =
          ((Comparator<Debt>) (one, other) -> Long.signum(one.fullNanos - other.fullNanos))
              .thenComparingLong(debt -> debt.client.high())
              .thenComparingLong(debt -> debt.client.low());
    }

    /** For a monotonic clock. */
    FailedAttempts(LongSupplier nanoTime) {
      this.nanoTime = nanoTime;
    }

    static Address client(@Nullable Address address) {
      return address == null
          ? NO_ADDRESS
          : address.isIpv4() ? address : new Address(address.high(), 0);
    }

    /**
     * Takes an attempt, which counts as failed unless it is {@link #giveBack given back}.
     *
     * @return null, or how long to wait for the next one if there is none left
     */
    synchronized @Nullable Duration take(Address client) {
      long now = nanoTime.getAsLong();
      Debt debt = debts.get(client);
      Debt leastOfAll = debt == null && debts.size() >= MAX_CLIENTS ? byEnd.first() : null;
      long wait = waitNanos(leastOfAll == null ? debt : leastOfAll, now);
      if (wait > 0) {
        return Duration.ofNanos(wait);
      }
      if (leastOfAll != null) {
        forget(leastOfAll);
      }
      owe(
          client,
          debt,
          Math.max(debt == null ? 0 : debt.fullNanos - now, 0) + now + INTERVAL_NANOS);
      return null;
    }

    private static long waitNanos(@Nullable Debt debt, long now) {
      return debt == null ? 0 : debt.fullNanos - now - (BURST - 1) * INTERVAL_NANOS;
    }

    private void owe(Address client, @Nullable Debt before, long fullNanos) {
      if (before != null) {
        forget(before);
      }
      Debt debt = new Debt(fullNanos, client);
      debts.put(client, debt);
      byEnd.add(debt);
    }

    private void forget(Debt debt) {
      debts.remove(debt.client);
      byEnd.remove(debt);
    }

    synchronized void giveBack(Address client) {
      Debt debt = debts.get(client);
      if (debt != null) {
        owe(client, debt, debt.fullNanos - INTERVAL_NANOS);
      }
    }

    synchronized int clients() {
      return debts.size();
    }
  }
}
