package io.detour.ops.replay;

import io.detour.core.HostPort;
import io.detour.ops.replay.ReplayResult.Change;
import io.detour.ops.replay.ReplayResult.ChangeGroup;
import java.time.Instant;
import java.util.List;

/**
 * What other rules would have done with the requests of a log. Immutable.
 *
 * @param undecided how many of them were not compared, because the log does not tell what the rules
 *     said: those that could not be read or were refused before the rules were asked
 * @param changed action, mode or destination is another
 * @param renamed another rule decides, with the same action, mode and destination
 */
public record ReplayResult(long requests, long undecided, Changes changed, Changes renamed) {

  /** That rules say something else about a request than the log. Immutable. */
  public record Change(HostPort asked, Ruling was, Ruling now) {}

  /**
   * Requests with one and the same change, and how many clients sent them, as far as was counted.
   */
  public record ChangeGroup(
      Change change,
      long requests,
      int clients,
      boolean moreClients,
      Instant first,
      Instant last) {}

  /** Changes of one kind; ungrouped are requests for which there were too many groups. */
  public record Changes(long requests, List<ChangeGroup> groups, long ungrouped) {
    public Changes {
      groups = List.copyOf(groups);
    }

    /** Changes of groups, in their order. */
    static Changes of(List<ChangeGroup> groups, long ungrouped) {
      long requests = groups.stream().mapToLong(ChangeGroup::requests).sum() + ungrouped;
      return new Changes(requests, groups, ungrouped);
    }
  }
}
