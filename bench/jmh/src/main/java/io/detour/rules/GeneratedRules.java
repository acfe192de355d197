package io.detour.rules;

import io.detour.rules.file.RuleFiles;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;

/** Rule files made for a benchmark, as many as the largest size of one makes necessary. */
final class GeneratedRules {
  private static final int RULES_PER_FILE = 100_000;
  private static final String HEAD = "version: 1\nrules:\n";
  private static final String YAML =
      "  - { name: r#, match: { host: { exact: h#.old.example.com } }, action: rewrite,"
          + " to: h#.new.example.com }";
  private static final String JSON =
      "{\"name\":\"r#\",\"match\":{\"host\":{\"exact\":\"h#.old.example.com\"}},"
          + "\"action\":\"rewrite\",\"to\":\"h#.new.example.com\"}";

  private final List<StringBuilder> files = new ArrayList<>();
  private int count;

  /** Writes rules for exact hosts into a new folder, one at a time, since memory is measured. */
  static Path exact(int count, String format) throws IOException {
    boolean json = format.equals("json");
    Path folder = Files.createTempDirectory("rules");
    folder.toFile().deleteOnExit(); // in reverse order, so after the files
    for (int begin = 0; begin < count; begin += RULES_PER_FILE) {
      Path file = folder.resolve("%04d.%s".formatted(begin / RULES_PER_FILE, format));
      try (BufferedWriter out = Files.newBufferedWriter(file)) {
        out.write(json ? "{\"version\":1,\"rules\":[\n" : HEAD);
        int end = Math.min(count, begin + RULES_PER_FILE);
        for (int i = begin; i < end; i++) {
          out.write((json ? JSON : YAML).replace("#", Integer.toString(i)));
          out.write(json && i < end - 1 ? ",\n" : "\n");
        }
        out.write(json ? "]}\n" : "");
      }
      file.toFile().deleteOnExit();
    }
    return folder;
  }

  /** Adds a rule that rewrites. */
  void rewrite(String name, String host, String target) {
    if (count++ % RULES_PER_FILE == 0) {
      files.add(new StringBuilder(HEAD));
    }
    files
        .getLast()
        .append("  - { name: ")
        .append(name)
        .append(", match: { host: { ")
        .append(host)
        .append(" } }, action: rewrite, to: \"")
        .append(target)
        .append("\" }\n");
  }

  /** Writes the files into a new folder. */
  Path write() throws IOException {
    Path folder = Files.createTempDirectory("rules");
    folder.toFile().deleteOnExit(); // in reverse order, so after the files
    for (int i = 0; i < files.size(); i++) {
      Path file = folder.resolve("%04d.yaml".formatted(i));
      Files.writeString(file, files.get(i));
      file.toFile().deleteOnExit();
    }
    return folder;
  }

  /** The rules, read from such a folder. */
  RuleSet load() throws IOException {
    return read(write());
  }

  static RuleSet read(Path folder) {
    return switch (RuleFiles.load(List.of(folder), ZoneOffset.UTC)) {
      case RuleFiles.Loaded loaded -> loaded.rules();
      case RuleFiles.Rejected rejected ->
          throw new IllegalStateException(rejected.problems().getFirst().toString());
    };
  }
}
