package io.detour.server.files;

import io.detour.rules.document.DocumentPaths;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * How files look from outside. Two of them are equal exactly if nothing has changed in between, as
 * far as the file system tells.
 *
 * <p>Symbolic links are followed, so a link that is pointed elsewhere is a change. The inode tells
 * a file from the one that was renamed over it, and the time of the last status change, which no
 * program can set, tells a file from itself before a write.
 */
public record Fingerprint(Map<Path, Look> looks) {
  /** Of no file. */
  public static final Fingerprint NONE = new Fingerprint(Map.of());

  private static final String ATTRIBUTES = "unix:dev,ino,size,isDirectory,lastModifiedTime,ctime";

  public Fingerprint {
    looks = Collections.unmodifiableMap(new LinkedHashMap<>(looks));
  }

  /** One of the paths. */
  public sealed interface Look {
    /** There is nothing, or nothing that may be looked at. */
    record Absent() implements Look {}

    /**
     * A file.
     *
     * @param device with {@code inode}, which file it is
     * @param changedNanos time of the last write or other change, since 1970
     */
    record File(long device, long inode, long bytes, long modifiedNanos, long changedNanos)
        implements Look {}

    /** A folder, with those of its files that are read, in their order. */
    record Folder(Map<Path, Look> files) implements Look {
      private boolean holdsFiles() {
        return files.values().stream().anyMatch(File.class::isInstance);
      }
    }
  }

  /** How files and folders look now. */
  public static Fingerprint of(List<Path> paths) {
    Map<Path, Look> looks = new LinkedHashMap<>();
    paths.forEach(path -> looks.put(path, look(path, Fingerprint::folder)));
    return new Fingerprint(looks);
  }

  private static Look look(Path path, Function<Path, Look> folder) {
    try {
      Map<String, Object> attributes = Files.readAttributes(path, ATTRIBUTES);
      return attribute(attributes, "isDirectory").equals(true)
          ? folder.apply(path)
          : file(attributes);
    } catch (IOException e) {
      return new Look.Absent();
    }
  }

  private static Look file(Map<String, Object> attributes) {
    return new Look.File(
        (long) attribute(attributes, "dev"),
        (long) attribute(attributes, "ino"),
        (long) attribute(attributes, "size"),
        nanos(attribute(attributes, "lastModifiedTime")),
        nanos(attribute(attributes, "ctime")));
  }

  private static Object attribute(Map<String, Object> attributes, String name) {
    return Objects.requireNonNull(attributes.get(name), name);
  }

  private static long nanos(Object time) {
    return ((FileTime) time).to(TimeUnit.NANOSECONDS);
  }

  /** What has become a folder since the folder was listed is none of its files. */
  private static Look folder(Path folder) {
    Map<Path, Look> files = new LinkedHashMap<>();
    try {
      DocumentPaths.inFolder(folder)
          .forEach(file -> files.put(file, look(file, inner -> new Look.Absent())));
    } catch (IOException e) {
      return new Look.Absent();
    }
    return new Look.Folder(files);
  }

  /**
   * The paths that were there earlier and are gone, and the folders that held files and are empty.
   */
  public List<Path> vanishedSince(Fingerprint earlier) {
    return looks.keySet().stream().filter(path -> hasVanished(earlier, path)).toList();
  }

  private boolean hasVanished(Fingerprint earlier, Path path) {
    return switch (looks.get(path)) {
      case Look.Absent _ ->
          earlier.looks.get(path) instanceof Look.File
              || earlier.looks.get(path) instanceof Look.Folder;
      case Look.Folder(var files) when files.isEmpty() -> earlier.holdsFiles(path);
      case Look.Folder _, Look.File _ -> false;
      case null -> false;
    };
  }

  /** Whether a path is a folder with a file in it. */
  public boolean holdsFiles(Path path) {
    return looks.get(path) instanceof Look.Folder folder && folder.holdsFiles();
  }

  /** The folders without files, not even one that cannot be read. */
  public List<Path> emptyFolders() {
    return looks.keySet().stream()
        .filter(path -> looks.get(path) instanceof Look.Folder(var files) && files.isEmpty())
        .toList();
  }

  /** When the file that changed last did, in nanoseconds since 1970; 0 if there is no file. */
  public long lastChangeNanos() {
    return lastChangeNanos(looks);
  }

  private static long lastChangeNanos(Map<Path, Look> looks) {
    return looks.values().stream()
        .mapToLong(
            look ->
                switch (look) {
                  case Look.Absent _ -> 0;
                  case Look.File file -> file.changedNanos();
                  case Look.Folder folder -> lastChangeNanos(folder.files());
                })
        .max()
        .orElse(0);
  }
}
