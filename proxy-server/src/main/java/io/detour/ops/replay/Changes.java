package io.detour.ops.replay;

import java.util.List;

/**
 * Changes of one kind.
 *
 * @param requests how many requests changed
 * @param groups the requests by what changed, most frequent first
 * @param ungrouped how many of the requests are in none of the groups, because there are too many
 */
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
