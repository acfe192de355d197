package io.detour.cli;

import io.detour.ops.replay.AccessLogReader;
import io.detour.ops.replay.LogSummary;
import io.detour.ops.replay.Replay;
import io.detour.rules.Printable;
import io.detour.rules.RuleSet;
import io.detour.rules.lint.RuleReview;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code detour replay}: decides the requests of an access log by other rules and prints what
 * changes.
 *
 * <p>The result goes to standard output; what could not be read or understood goes to standard
 * error. Exit code 0 means that the log was read and nothing changed, so a script can go on.
 */
@Command(
    name = "replay",
    description = {
      "Decides the requests of an access log again, by new rules, and prints what changes.",
      "Neither resolves nor connects."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:no decision changes",
      "1:a decision changes, or the rules or a log cannot be used",
      "2:wrong usage"
    })
final class ReplayCommand implements Callable<Integer> {
  private static final String STANDARD_INPUT = "-";

  private final InputStream in;

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it before the call
  private CommandSpec spec;

  @Parameters(
      paramLabel = "ACCESS_LOG",
      arity = "1..*",
      description =
          "What detour run has printed on standard output, possibly compressed by gzip; - for"
              + " standard input.")
  private List<String> logs = List.of();

  @Mixin private RuleFlags flags = new RuleFlags();

  @Option(
      names = "--renamed",
      description =
          "Also lists requests that another rule decides to the same effect; otherwise they are"
              + " only counted.")
  private boolean renamed;

  @Option(names = "--json", description = "One JSON object on standard output instead of text.")
  private boolean json;

  ReplayCommand() {
    this(new FileInputStream(FileDescriptor.in));
  }

  /**
   * @param in standard input
   */
  ReplayCommand(InputStream in) {
    this.in = in;
  }

  @Override
  public Integer call() {
    return switch (flags.read().review()) {
      case RuleReview.Refused refused -> {
        refused.problems().forEach(spec.commandLine().getErr()::println);
        spec.commandLine()
            .getErr()
            .println("detour replay: the rules have problems, so nothing was decided");
        yield 1;
      }
      case RuleReview.Accepted accepted -> replay(accepted.rules());
    };
  }

  private int replay(RuleSet rules) {
    Replay replay = new Replay(rules);
    List<ReadLog> read = new ArrayList<>();
    for (String log : logs) {
      LogSummary summary =
          log.equals(STANDARD_INPUT)
              ? AccessLogReader.read(in, "standard input", replay)
              : AccessLogReader.read(Path.of(log), replay);
      read.add(new ReadLog(log.equals(STANDARD_INPUT) ? "standard input" : log, summary));
    }
    ReplayReport report = new ReplayReport(replay.finish(), read);
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(ReplayJson.of(report));
    } else {
      out.print(ReplayText.of(report, renamed));
      out.flush();
    }
    report.complaints().forEach(line -> spec.commandLine().getErr().println(line));
    return report.isUnchanged() ? 0 : 1;
  }

  /**
   * A log that was read.
   *
   * @param name as it was named
   * @param summary how that went
   */
  record ReadLog(String name, LogSummary summary) {
    ReadLog {
      name = Printable.escaped(name);
    }
  }
}
