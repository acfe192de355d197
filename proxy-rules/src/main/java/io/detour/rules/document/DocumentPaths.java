package io.detour.rules.document;

import io.detour.core.Printable;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The files that a list of files and folders stands for, and what is wrong with the list. A folder
 * stands for everything right in it that is no folder and is named {@code .yaml}, {@code .yml} or
 * {@code .json} without a dot in front, by name. Symbolic links are followed, as in the folders of
 * Kubernetes' config maps.
 */
public record DocumentPaths(List<Path> files, List<Problem> problems) {
  private static final List<String> ENDINGS = List.of(".yaml", ".yml", ".json");

  public DocumentPaths {
    files = List.copyOf(files);
    problems = List.copyOf(problems);
  }

  /** Looks the paths up. Blocks on the disk: not for an event loop. */
  public static DocumentPaths of(List<Path> named) {
    List<Path> files = new ArrayList<>();
    List<Problem> problems = new ArrayList<>();
    Map<Path, Path> firstByTarget = new HashMap<>();
    for (Path path : named) {
      List<Path> found = Files.isDirectory(path) ? inFolder(path, problems) : List.of(path);
      for (Path file : found) {
        add(file, firstByTarget, files, problems);
      }
    }
    return new DocumentPaths(files, problems);
  }

  private static void add(
      Path file, Map<Path, Path> firstByTarget, List<Path> files, List<Problem> problems) {
    try {
      Path first = firstByTarget.putIfAbsent(file.toRealPath(), file);
      if (first == null) {
        files.add(file);
      } else {
        String message =
            "is read twice (the first time as " + Printable.escaped(first.toString()) + ")";
        problems.add(new Problem(file.toString(), 0, 0, message));
      }
    } catch (IOException e) {
      problems.add(unreadable(file, e));
    }
  }

  private static List<Path> inFolder(Path folder, List<Problem> problems) {
    try {
      return inFolder(folder);
    } catch (IOException e) {
      problems.add(unreadable(folder, e));
      return List.of();
    }
  }

  /** A folder's files by name, with links that lead nowhere. Blocks on the disk. */
  public static List<Path> inFolder(Path folder) throws IOException {
    List<Path> files = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder, DocumentPaths::isNamed)) {
      entries.forEach(files::add);
    } catch (DirectoryIteratorException e) {
      throw Objects.requireNonNull(e.getCause());
    }
    files.sort(Comparator.comparing(file -> file.getFileName().toString()));
    return files;
  }

  /** Whether a folder's entry is read: a link that leads nowhere is, and found to be a problem. */
  private static boolean isNamed(Path entry) {
    String name = entry.getFileName().toString();
    return !name.startsWith(".")
        && ENDINGS.stream().anyMatch(name::endsWith)
        && !Files.isDirectory(entry);
  }

  private static Problem unreadable(Path path, IOException e) {
    return new Problem(path.toString(), 0, 0, "cannot be read: " + RegularFile.reason(e));
  }
}
