package io.detour.server.access;

import io.detour.server.access.UserFile.Users;
import io.detour.server.files.Fingerprint;
import io.detour.server.log.LogOutput;
import java.nio.file.Path;
import java.util.List;
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
}
