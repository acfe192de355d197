package io.detour.cli;

import io.detour.ops.replay.AccessLogReader;
import io.detour.ops.replay.LogSummary;
import io.detour.ops.replay.Replay;
import io.detour.rules.RuleSet;
import io.detour.rules.lint.RuleReview;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code detour replay}. The result goes to standard output; what could not be read or understood
 * goes to standard error.
 */
@Command(
    name = "replay",
    description = {
      "Decides the requests of an access log again, by new rules, and prints what changes.",
      "Neither resolves nor connects."
    },
    exitCodeList = {
      "0:no decision changes",
      "1:a decision changes, or the rules or a log cannot be used",
      "2:wrong usage"
    })
final class ReplayCommand extends Verb {
  private final InputStream in;

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

  ReplayCommand(InputStream in) {
    this.in = in;
  }

  @Override
  public Integer call() {
    return switch (flags.read().review()) {
      case RuleReview.Refused refused ->
          fail(refused.problems(), "the rules have problems, so nothing was decided");
      case RuleReview.Accepted accepted -> replay(accepted.rules());
    };
  }

  private int replay(RuleSet rules) {
    Replay replay = new Replay(rules);
    List<ReplayReport.ReadLog> read = new ArrayList<>();
    for (String log : logs) {
      boolean standardInput = log.equals("-");
      String name = standardInput ? "standard input" : log;
      LogSummary summary =
          standardInput
              ? AccessLogReader.read(in, name, replay)
              : AccessLogReader.read(Path.of(log), replay);
      read.add(new ReplayReport.ReadLog(name, summary));
    }
    ReplayReport report = new ReplayReport(replay.finish(), read);
    if (json) {
      printJson(report.json());
    } else if (!report.isUnread()) {
      out().print(report.text(renamed));
      out().flush();
    }
    report.complaints().forEach(err()::println);
    return report.isUnchanged() ? 0 : 1;
  }
}
