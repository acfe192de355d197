package io.detour.server.access;

import io.detour.core.Address;
import io.detour.rules.document.Problem;
import io.detour.server.files.FileWatch;
import io.detour.server.files.Fingerprint;
import io.detour.server.files.WatchedFiles;
import io.detour.server.status.Refusal;
import io.netty.util.concurrent.EventExecutor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who may use the proxy, and for what. Any thread. Passwords are tried on threads {@code password},
 * half as many as processors; the file of users is watched on a thread {@code users}. Without users
 * there is neither.
 */
public final class AccessControl implements AutoCloseable {
  private static final Logger logger = LoggerFactory.getLogger(AccessControl.class);

  /** With those of bcrypt's usual cost, the last of these waits for a few seconds. */
  private static final int MAX_WAITING_PASSWORDS = 128;

  private static final int IDLE_SECONDS = 10;
  private static final int LOOK_SECONDS = 1;

  private final AccessOptions options;
  private final @Nullable Asking asking;

  private record Asking(
      Authenticator authenticator, ThreadPoolExecutor passwords, WatchedUsers users) {}

  /** Who a client is. */
  public sealed interface Authentication {
    /** A client that may go on; its user is null if nobody has to say who they are. */
    record Known(@Nullable String user) implements Authentication {}

    /** A client that may not. */
    record Refused(Refusal refusal) implements Authentication {}
  }

  private AccessControl(AccessOptions options, @Nullable Asking asking) {
    this.options = options;
    this.asking = asking;
  }

  /**
   * Reads the users, if there are some.
   *
   * @throws IOException if their file has a problem; the message says where and which
   */
  public static AccessControl start(AccessOptions options) throws IOException {
    Path file = options.users();
    return new AccessControl(options, file == null ? null : ask(file));
  }

  private static Asking ask(Path file) throws IOException {
    Fingerprint look = Fingerprint.of(List.of(file));
    UserFile.Users users =
        switch (UserFile.load(file)) {
          case UserFile.Users read -> read;
          case UserFile.Rejected rejected ->
              throw new IOException(
                  rejected.problems().stream()
                      .map(Problem::toString)
                      .collect(Collectors.joining("; ")));
        };
    UsersInForce inForce = new UsersInForce(file, look, users, System::nanoTime);
    ThreadPoolExecutor passwords = passwordThreads();
    Authenticator.FailedAttempts failures = new Authenticator.FailedAttempts(System::nanoTime);
    return new Asking(
        new Authenticator(inForce, failures, passwords, PasswordHash::matches),
        passwords,
        new WatchedUsers(inForce));
  }

  private static ThreadPoolExecutor passwordThreads() {
    int threads = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(
            threads,
            threads,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(MAX_WAITING_PASSWORDS),
            Thread.ofPlatform().daemon().name("password-", 0).factory());
    pool.allowCoreThreadTimeOut(true);
    return pool;
  }

  /** The thread {@code users}, which reads their file. */
  private static final class WatchedUsers implements WatchedFiles {
    private final UsersInForce users;
    private final FileWatch watch = new FileWatch("users");
    private final ScheduledExecutorService thread =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("users").factory());
    private volatile Consumer<List<String>> told = problems -> {};

    WatchedUsers(UsersInForce users) {
      this.users = users;
      var _ =
          thread.scheduleWithFixedDelay(
              () -> watch.look(this::look), LOOK_SECONDS, LOOK_SECONDS, TimeUnit.SECONDS);
    }

    /** A task that throws is not run again. */
    private void look() {
      try {
        if (users.look()) {
          told.accept(users.problems());
        }
      } catch (RuntimeException | Error e) {
        logger.error("users: looking at their file failed", e);
      }
    }

    @Override
    public FileWatch watch() {
      return watch;
    }

    @Override
    public CompletableFuture<List<String>> readAgain() {
      return CompletableFuture.supplyAsync(() -> watch.read(this::read), thread);
    }

    private List<String> read() {
      users.read();
      return users.problems();
    }

    @Override
    public void whenChanged(Consumer<List<String>> told) {
      this.told = told;
    }

    void close() {
      thread.shutdownNow();
    }
  }

  /** Of the users; null if nobody is asked for a password. */
  public @Nullable WatchedFiles userFile() {
    return asking == null ? null : asking.users;
  }

  public AccessOptions options() {
    return options;
  }

  /**
   * Finds out who a client is.
   *
   * @param proxyAuthorization value of the field, or null if there is none
   * @param loop the client's event loop, on which this is called
   * @param done called on that loop, maybe before this returns
   */
  public void authenticate(
      @Nullable String proxyAuthorization,
      @Nullable Address client,
      EventExecutor loop,
      Consumer<Authentication> done) {
    if (asking == null) {
      done.accept(new Authentication.Known(null));
    } else {
      asking.authenticator.authenticate(proxyAuthorization, client, loop, done);
    }
  }

  /** Ends the threads. Callers that still wait get no answer. */
  @Override
  public void close() {
    if (asking != null) {
      asking.passwords.shutdownNow();
      asking.users.close();
    }
  }
}
