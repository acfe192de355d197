package io.detour.server.access;

import io.detour.rules.document.Problem;
import java.util.List;

/** What a file of users was read into: the users, or the problems that it has. */
public sealed interface ReadUsers permits Users, ReadUsers.Rejected {
  /**
   * A file that cannot be used.
   *
   * @param problems at least one, in the order of the file; without any part of it
   */
  record Rejected(List<Problem> problems) implements ReadUsers {
    public Rejected {
      problems = List.copyOf(problems);
    }
  }
}
