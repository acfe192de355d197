package io.detour.server.access;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The users of a file, at least one, with the hashes of their passwords. Immutable; any thread. */
public final class Users implements ReadUsers {
  private final Map<String, PasswordHash> hashes;
  private final PasswordHash decoy;

  /**
   * @param hashes of the passwords by the names of the users
   * @throws IllegalArgumentException if there is none
   */
  Users(Map<String, PasswordHash> hashes) {
    this.hashes = Map.copyOf(hashes);
    this.decoy = mostUsual(List.copyOf(hashes.values()));
  }

  /** What has the cost that most have. */
  private static PasswordHash mostUsual(List<PasswordHash> hashes) {
    record Work(PasswordHash.Kind kind, int cost) {}
    Map<Work, Integer> counts = new HashMap<>();
    PasswordHash most = null;
    int mostCount = 0;
    for (PasswordHash hash : hashes) {
      int count = counts.merge(new Work(hash.kind(), hash.cost()), 1, Integer::sum);
      if (count > mostCount) {
        mostCount = count;
        most = hash;
      }
    }
    if (most == null) {
      throw new IllegalArgumentException("hashes: none (expected: at least one)");
    }
    return most;
  }

  /** How many there are. */
  int count() {
    return hashes.size();
  }

  /** That of a user, or null if there is no such user. */
  @Nullable PasswordHash hash(String user) {
    return hashes.get(user);
  }

  /**
   * One to try the password of an unknown user on, so that the answer takes as long as to a wrong
   * password. What comes of it means nothing.
   */
  PasswordHash decoy() {
    return decoy;
  }

  @Override
  public String toString() {
    return hashes.size() + " users";
  }
}
