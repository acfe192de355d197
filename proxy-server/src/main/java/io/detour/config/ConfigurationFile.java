package io.detour.config;

import static java.util.regex.Pattern.CASE_INSENSITIVE;

import io.detour.rules.document.Document;
import io.detour.rules.document.Problem;
import io.detour.rules.document.Problems;
import io.detour.server.dial.Parent;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What a configuration file was read into: a configuration, or the problems that it has. */
public sealed interface ConfigurationFile {
  /** The defaults with what a file without a problem says. */
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

  /**
   * Hides the credentials of addresses ({@code http://user:password@host}, {@code
   * jdbc:postgresql://host/ledger?password=…}) that a message quotes, wherever in the file they
   * stand: a slip in the syntax is found before it is known what a text is.
   */
  final class SecretMask {
    /** What follows the scheme in {@link Parent#EXPECTED}, and in a message that names schemes. */
    private static final String NO_SECRET = "(?! |\\[USER:)";

    private static final String QUOTED = "(?:\\\\.|[^\"\\\\])*";

    /** All of {@code userinfo}, and more if there is another {@code @} in the same quotes. */
    private static final Pattern WHOLE = Pattern.compile("://" + NO_SECRET + QUOTED + "@");

    /** What is left of it in quotes when YAML ends the text before the {@code @}. */
    private static final Pattern CUT =
        Pattern.compile(
            "://" + NO_SECRET + "(?!\\Q" + Parent.MASK + "\\E)" + QUOTED + ":" + QUOTED);

    /** A parameter of a database URL, such as {@code ?user=} or {@code &sslpassword=}. */
    private static final Pattern PARAMETER =
        Pattern.compile("([?&][A-Za-z]*(?:user|pass|key)[A-Za-z]*=)[^&\"\\s]*", CASE_INSENSITIVE);

    private SecretMask() {}

    /** The same problem without secrets. */
    static Problem over(Problem problem) {
      String whole = WHOLE.matcher(problem.message()).replaceAll("://" + Parent.MASK + "@");
      String cut = CUT.matcher(whole).replaceAll("://" + Parent.MASK);
      String message = PARAMETER.matcher(cut).replaceAll("$1" + Parent.MASK);
      return new Problem(problem.file(), problem.line(), problem.column(), message);
    }
  }
}
