package io.detour.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;
import picocli.CommandLine;

/** What a verb printed and how it ended. */
public record CommandRun(int exitCode, String out, String err) {
  public static CommandRun of(Object command, String... arguments) {
    return of(new CommandLine(command), arguments);
  }

  /** Runs {@code detour} with a verb and its arguments, without an environment. */
  public static CommandRun detour(String... arguments) {
    return of(Main.commandLine(Map.of()), arguments);
  }

  private static CommandRun of(CommandLine line, String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int exitCode =
        line.setOut(new PrintWriter(out, true))
            .setErr(new PrintWriter(err, true))
            .execute(arguments);
    return new CommandRun(exitCode, out.toString(), err.toString());
  }
}
