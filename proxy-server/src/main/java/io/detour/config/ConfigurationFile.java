package io.detour.config;

import io.detour.rules.document.Document;
import io.detour.rules.document.Problem;
import io.detour.rules.document.Problems;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a configuration file was read into: a configuration, or the problems that it has. */
public sealed interface ConfigurationFile {
  /**
   * A file without a problem.
   *
   * @param configuration the defaults with what the file says
   */
  record Loaded(Configuration configuration) implements ConfigurationFile {}

  /**
   * A file that cannot be used.
   *
   * @param problems every problem that was found, at least one, in the order of the file; without
   *     the credentials of addresses that they quote
   */
  record Rejected(List<Problem> problems) implements ConfigurationFile {
    public Rejected {
      problems = problems.stream().map(SecretMask::over).toList();
    }
  }

  /**
   * Reads a file. Blocks on the disk: not for an event loop.
   *
   * @param path its text is the file's name in problems; paths in the file are relative to its
   *     folder
   */
  static ConfigurationFile load(Path path) {
    Problems problems = new Problems(path.toString());
    return read(Document.load(path, problems), path, problems);
  }

  /**
   * Reads the text of a file.
   *
   * @param path where the text comes from, as for {@link #load}
   * @param text YAML
   */
  static ConfigurationFile parse(Path path, String text) {
    Problems problems = new Problems(path.toString());
    return read(Document.parse(text, problems), path, problems);
  }

  private static ConfigurationFile read(@Nullable Document document, Path path, Problems problems) {
    Configuration configuration =
        document == null ? null : new ConfigurationReader(path, problems).read(document.root());
    return configuration == null || !problems.isEmpty()
        ? new Rejected(problems.inOrder())
        : new Loaded(configuration);
  }
}
