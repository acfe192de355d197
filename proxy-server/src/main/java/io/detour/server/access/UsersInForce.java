package io.detour.server.access;

import io.detour.server.access.UserFile.Users;
import io.detour.server.files.Fingerprint;
import io.detour.server.log.LogOutput;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The users of a file, read again when it has changed. A file with a problem changes nothing. Any
 * thread may ask for {@link #current}; one thread at a time may {@link #look}.
 */
final class UsersInForce {
  private static final Logger logger = LoggerFactory.getLogger(UsersInForce.class);

  private final Path file;
  private final LongSupplier nanoTime;

  /** How the file looked when it was read, and when it was looked at last. */
  private Fingerprint read;

  private Fingerprint seen;
  private volatile Snapshot current;

  /** The users at one time, and the credentials of these users that were right. */
  record Snapshot(Users users, AcceptedCredentials accepted) {}

  /**
   * @param look of the file before it was read
   * @param nanoTime a monotonic clock
   */
  UsersInForce(Path file, Fingerprint look, Users users, LongSupplier nanoTime) {
    this.file = file;
    this.nanoTime = nanoTime;
    this.read = look;
    this.seen = look;
    this.current = snapshot(users);
  }

  private Snapshot snapshot(Users users) {
    return new Snapshot(users, new AcceptedCredentials(nanoTime));
  }

  Snapshot current() {
    return current;
  }

  /**
   * Looks at the file, and reads it if it has changed and looks as it did the last time: who writes
   * it is done then. Blocks on the disk: not for an event loop.
   */
  void look() {
    Fingerprint now = Fingerprint.of(List.of(file));
    boolean atRest = now.equals(seen);
    seen = now;
    if (atRest && !now.equals(read)) {
      read = now;
      replace(UserFile.load(file));
    }
  }

  private void replace(UserFile.Read again) {
    switch (again) {
      case Users users -> {
        current = snapshot(users);
        logger.info("users reloaded: {} in {}", users.count(), file);
      }
      case UserFile.Rejected rejected -> {
        LogOutput.warnEach(logger, rejected.problems(), "problems");
        logger.warn("users not reloaded: {} has problems, the users before stay", file);
      }
    }
  }

  /** Digests of credentials that were right less than {@link #LIFETIME} ago. Any thread. */
  static final class AcceptedCredentials {
    static final Duration LIFETIME = Duration.ofMinutes(10);
    static final int MAX_DIGESTS = 10_000;

    private final LongSupplier nanoTime;
    private final Map<ByteBuffer, Long> acceptedNanos = new ConcurrentHashMap<>();

    /** For a monotonic clock. */
    AcceptedCredentials(LongSupplier nanoTime) {
      this.nanoTime = nanoTime;
    }

    boolean contains(ByteBuffer digest) {
      Long accepted = acceptedNanos.get(digest);
      return accepted != null && isFresh(accepted);
    }

    void add(ByteBuffer digest) {
      if (acceptedNanos.size() >= MAX_DIGESTS) {
        acceptedNanos.values().removeIf(accepted -> !isFresh(accepted));
      }
      if (acceptedNanos.size() < MAX_DIGESTS) {
        acceptedNanos.put(digest, nanoTime.getAsLong());
      }
    }

    private boolean isFresh(long accepted) {
      return nanoTime.getAsLong() - accepted < LIFETIME.toNanos();
    }
  }
}
