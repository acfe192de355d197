package io.detour.cli;

import io.detour.Version;
import io.detour.core.Printable;
import io.detour.rules.document.Fields.Keys;
import io.detour.server.transport.NativeLibraries;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** The command {@code detour}. Without a verb it says which there are. */
@Command(
    name = "detour",
    description = "HTTP proxy that rewrites legacy host names while a network migrates.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    subcommands = {
      RunCommand.class,
      CheckCommand.class,
      ExplainCommand.class,
      ReportCommand.class,
      ReplayCommand.class,
      GenerateCommand.class,
      PipeCommand.class,
      AdminVerb.Reload.class,
      StatusCommand.class,
      ConnectionsCommand.class,
      AdminVerb.Drain.class,
      AdminVerb.Ready.class,
      ConfigCommand.class,
      HelpCommand.class
    },
    synopsisSubcommandLabel = "VERB",
    commandListHeading = "%nVerbs:%n",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:well", "1:a problem was found", "2:wrong usage"},
    footer =
        "%nEvery option is also an environment variable: --admin-listen is DETOUR_ADMIN_LISTEN.")
public final class Main implements Runnable {
  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it before the call
  private CommandSpec spec;

  /**
   * Runs a verb and ends the process with its exit code, whatever was thrown and whichever threads
   * are left.
   */
  public static void main(String[] arguments) {
    try {
      NativeLibraries.choose(System.getenv(), System.getProperties());
      System.exit(commandLine(System.getenv()).execute(arguments));
    } catch (Throwable e) { // such as a class that cannot be initialized, or no more threads
      try {
        System.err.println("detour: " + sentence(e));
      } finally {
        Runtime.getRuntime().halt(CommandLine.ExitCode.SOFTWARE); // an exit may need a thread
      }
    }
  }

  /** What was thrown first, and where. */
  private static String sentence(Throwable problem) {
    Throwable first = problem;
    while (first.getCause() != null) {
      first = first.getCause();
    }
    String place =
        Stream.of(first.getStackTrace())
            .filter(frame -> frame.getClassName().startsWith("io.detour."))
            .findFirst()
            .map(frame -> ", at " + frame)
            .orElse("");
    return Printable.escaped("ended by an internal error: " + first + place);
  }

  /** The whole command line, with defaults from an environment. */
  public static CommandLine commandLine(Map<String, String> environment) {
    CommandLine line = new CommandLine(new Main());
    line.setDefaultValueProvider(argument -> variable(argument, environment));
    line.setParameterExceptionHandler(Main::wrongUsage);
    line.setExecutionExceptionHandler(Main::failed);
    for (CommandLine verb : line.getSubcommands().values()) {
      verb.getCommandSpec().versionProvider(new Version());
    }
    return line;
  }

  /** The value of {@code DETOUR_ADMIN_LISTEN} for {@code --admin-listen}, or null for none. */
  private static @Nullable String variable(ArgSpec argument, Map<String, String> environment) {
    if (!(argument instanceof OptionSpec option) || option.usageHelp() || option.versionHelp()) {
      return null;
    }
    String name = option.longestName().replaceFirst("^-+", "").replace('-', '_');
    String value = environment.get("DETOUR_" + name.toUpperCase(Locale.ROOT));
    return value == null || value.isEmpty() ? null : value;
  }

  /** One sentence; the whole usage would push it out of sight. */
  private static int wrongUsage(ParameterException problem, String[] arguments) {
    CommandLine verb = problem.getCommandLine();
    String name = verb.getCommandSpec().qualifiedName();
    String message = String.valueOf(problem.getMessage()) + advice(problem);
    message
        .lines()
        .map(Printable::escaped)
        .forEach(line -> verb.getErr().println(name + ": " + line));
    verb.getErr().println("See " + name + " --help.");
    return CommandLine.ExitCode.USAGE;
  }

  private static int failed(Exception problem, CommandLine verb, ParseResult arguments) {
    verb.getErr().println(verb.getCommandSpec().qualifiedName() + ": " + sentence(problem));
    return CommandLine.ExitCode.SOFTWARE;
  }

  /** What was probably meant by a word that is not known. */
  private static String advice(ParameterException problem) {
    if (!(problem instanceof UnmatchedArgumentException unmatched)) {
      return "";
    }
    String word = unmatched.getUnmatched().getFirst().replaceFirst("=.*", "");
    CommandLine verb = problem.getCommandLine();
    Collection<String> known =
        word.startsWith("-")
            ? verb.getCommandSpec().optionsMap().keySet()
            : verb.getSubcommands().keySet();
    String meant = Keys.closest(word, known);
    return meant == null ? "" : " (did you mean \"" + meant + "\"?)";
  }

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(),
        "a verb is missing (expected: run, check, explain, report, replay, generate, pipe, reload,"
            + " status, connections, drain, ready or config)");
  }
}
