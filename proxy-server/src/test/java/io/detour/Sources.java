package io.detour;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The Java sources of all modules. */
final class Sources {
  private static final List<String> MODULES = List.of("proxy-core", "proxy-rules", "proxy-server");

  private Sources() {}

  /** Those of what is delivered. */
  static List<Path> main() throws IOException {
    return below("src/main/java");
  }

  /** Those of tests. */
  static List<Path> tests() throws IOException {
    return below("src/test/java");
  }

  private static List<Path> below(String folder) throws IOException {
    Stream<Path> all = Stream.empty();
    for (String module : MODULES) {
      try (Stream<Path> files = Files.walk(Path.of("..", module, folder))) {
        all =
            Stream.concat(
                all, files.filter(file -> file.toString().endsWith(".java")).toList().stream());
      }
    }
    return all.toList();
  }

  /** The simple name of what a file declares. */
  static String name(Path file) {
    return file.getFileName().toString().replace(".java", "");
  }
}
