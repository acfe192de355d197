package io.detour.rules.file;

import io.detour.rules.document.Location;
import io.detour.rules.host.HostMatcher;
import java.util.List;

/**
 * What rule files say that their rules and tests do not show. Immutable.
 *
 * @param files their names, in order
 * @param legacySuffixes where the legacy suffixes stand, in the order of the files
 * @param unusedAnchors the YAML anchors that no alias leads to, in the order of the files
 */
public record FileNotes(
    List<String> files, List<LegacySuffix> legacySuffixes, List<UnusedAnchor> unusedAnchors) {
  /** There are no files. */
  public static final FileNotes NONE = new FileNotes(List.of(), List.of(), List.of());

  public FileNotes {
    files = List.copyOf(files);
    legacySuffixes = List.copyOf(legacySuffixes);
    unusedAnchors = List.copyOf(unusedAnchors);
  }

  /** A legacy suffix and where it stands. */
  public record LegacySuffix(HostMatcher.Suffix suffix, String file, Location at) {}

  /**
   * An anchor and where it stands.
   *
   * @param name without the {@code &}
   */
  public record UnusedAnchor(String name, String file, Location at) {}
}
