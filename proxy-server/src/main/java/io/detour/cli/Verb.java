package io.detour.cli;

import io.detour.config.Configuration;
import io.detour.config.ConfigurationFile;
import io.detour.core.HostPort;
import io.detour.core.Parsed;
import io.detour.core.Printable;
import io.detour.rules.document.Problem;
import io.detour.server.log.ScriptJson;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
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

  /** The same, and the exit code 1. */
  final int fail(String line) {
    report(line);
    return 1;
  }

  /** Prints problems of a file on standard error: the exit code 1. */
  final int fail(List<Problem> problems) {
    problems.forEach(err()::println);
    return 1;
  }

  /** Prints problems and what follows from them. */
  final int fail(List<Problem> problems, String line) {
    fail(problems);
    return fail(line);
  }

  /** What a configuration file says, or the defaults without one. */
  static ConfigurationFile configuration(@Nullable Path file) {
    return file == null
        ? new ConfigurationFile.Loaded(Configuration.defaults())
        : ConfigurationFile.load(file);
  }

  /** Reads HOST:PORT, which has a name in a message. */
  final HostPort hostPort(String name, String text) {
    return switch (HostPort.parse(text)) {
      case Parsed.Value(HostPort hostPort) -> hostPort;
      case Parsed.Malformed(String problem) ->
          throw wrongUsage(name + ": " + problem + " (expected: HOST:PORT)");
    };
  }

  /** Reads where an admin interface is: HOST:PORT, or the URL that a browser shows. */
  final HostPort adminAddress(String text) {
    String withoutScheme = text.replaceFirst("^(?i:http)://", "");
    boolean isUrl = !withoutScheme.equals(text);
    return hostPort("--admin " + text, isUrl ? withoutScheme.replaceFirst("/.*", "") : text);
  }

  /** Prints the answer, or why there is none; 0 if it is what was wanted. */
  final int print(AdminClient.Reply reply) {
    return switch (reply) {
      case AdminClient.Reply.Answered(int status, String body) -> {
        print(body, status == AdminClient.OK ? out() : err());
        yield status == AdminClient.OK ? 0 : 1;
      }
      case AdminClient.Reply.Failed failed -> fail(failed.problem());
    };
  }

  /** An answer may hold control sequences for a terminal, whoever sent it. */
  private static void print(String body, PrintWriter out) {
    body.lines()
        .forEach(
            line -> {
              StringBuilder shown = new StringBuilder(line.length());
              line.codePoints().forEach(c -> Printable.append(shown, c));
              out.println(shown);
            });
    out.flush();
  }

  final ParameterException wrongUsage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  /** Whether an option is on the command line, and not only in the environment. */
  boolean isGiven(String option) {
    return spec.commandLine().getParseResult().hasMatchedOption(option);
  }
}
