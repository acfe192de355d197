package io.detour.server;

import io.detour.rules.Printable;
import io.detour.rules.document.Problem;
import io.detour.rules.yaml.RuleFiles;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code detour check}: reads rule files as a running Detour would and runs the tests in them.
 *
 * <p>Problems go to standard error, one a line; a line for each good file goes to standard output.
 * Exit code 0, or 1 if any file has a problem.
 */
@Command(
    name = "check",
    description = "Reads rule files, reports every problem and runs the tests in them.",
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {"0:no problem", "1:a problem was found", "2:wrong usage"})
final class CheckCommand implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it before the call
  private CommandSpec spec;

  @Parameters(
      paramLabel = "FILE",
      arity = "0..*",
      defaultValue = "rules.yaml",
      description = "Rule files, each checked on its own (default: ${DEFAULT-VALUE}).")
  private List<Path> files = List.of();

  @Override
  public Integer call() {
    boolean good = true;
    for (Path file : files) {
      good &= check(file);
    }
    return good ? 0 : 1;
  }

  private boolean check(Path file) {
    PrintWriter out = spec.commandLine().getOut();
    return switch (RuleFiles.load(file)) {
      case RuleFiles.Rejected rejected -> report(rejected.problems());
      case RuleFiles.Loaded loaded -> {
        boolean passed = report(loaded.failures());
        if (passed) {
          int tests = loaded.tests().size();
          out.printf(
              "%s: %s, %s%n",
              Printable.escaped(file.toString()),
              count(loaded.rules().rules().size(), "rule"),
              tests == 0 ? "no tests" : count(tests, "test") + " passed");
        }
        yield passed;
      }
    };
  }

  /** Whether there is nothing to report. */
  private boolean report(List<Problem> problems) {
    problems.forEach(spec.commandLine().getErr()::println);
    return problems.isEmpty();
  }

  private static String count(int number, String noun) {
    return number + " " + noun + (number == 1 ? "" : "s");
  }
}
