package io.detour.server.access;

import io.detour.rules.document.Problem;
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
  private List<String> problems = List.of();
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
   *
   * @return whether it was read
   */
  boolean look() {
    Fingerprint now = Fingerprint.of(List.of(file));
    boolean reads = now.equals(seen) && !now.equals(read);
    seen = now;
    if (reads) {
      read(now);
    }
    return reads;
  }

  /**
   * Reads the file unless it is as it was, so that who is logged in stays so. Blocks on the disk.
   */
  void read() {
    Fingerprint now = Fingerprint.of(List.of(file));
    if (!now.equals(read) || !problems.isEmpty()) {
      read(now);
    }
  }

  private void read(Fingerprint now) {
    read = now;
    replace(UserFile.load(file));
  }

  /** What was wrong with the file when it was read last, each a sentence that names it. */
  List<String> problems() {
    return problems;
  }

  private void replace(UserFile.Read again) {
    switch (again) {
      case Users users -> {
        current = snapshot(users);
        problems = List.of();
        logger.info("users reloaded: {} in {}", users.count(), file);
      }
      case UserFile.Rejected rejected -> {
        problems = rejected.problems().stream().map(Problem::toString).toList();
        LogOutput.warnEach(logger, rejected.problems(), "problems");
        logger.warn("users not reloaded: {} has problems, the users before stay", file);
      }
    }
  }
}
