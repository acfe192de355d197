package io.detour.cli;

import io.detour.ops.ScriptJson;
import io.detour.rules.document.Problem;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

/** What every verb has: its help, standard output and error. */
@Command(
    mixinStandardHelpOptions = true,
    sortOptions = false,
    exitCodeListHeading = "%nExit codes:%n")
abstract class Verb implements Callable<Integer> {
  private static final JsonMapper JSON =
      ScriptJson.MAPPER
          .rebuild()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .build();

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it before the call
  private CommandSpec spec;

  final PrintWriter out() {
    return spec.commandLine().getOut();
  }

  final PrintWriter err() {
    return spec.commandLine().getErr();
  }

  /** Prints a record as one JSON object on one line. */
  final void printJson(Record result) {
    out().println(JSON.writeValueAsString(result));
  }

  /** Prints a line on standard error that begins with the name of the verb. */
  final void report(String line) {
    err().println("detour " + spec.name() + ": " + line);
  }

  /**
   * Prints problems of a file on standard error.
   *
   * @return the exit code
   */
  final int refuse(List<Problem> problems) {
    problems.forEach(err()::println);
    return 1;
  }

  final ParameterException wrongUsage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
