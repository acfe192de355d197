package io.detour.cli;

import io.detour.config.Configuration;
import io.detour.config.ConfigurationFile;
import io.detour.core.HostPort;
import io.detour.core.Parsed;
import io.detour.core.Printable;
import io.detour.core.relay.RelayOptions;
import io.detour.ops.pipe.PipeResult;
import io.detour.ops.pipe.PipedTunnel;
import io.detour.ops.pipe.StandardOutput;
import io.detour.rules.Mode;
import io.detour.rules.RuleSet;
import io.detour.rules.document.Problem;
import io.detour.rules.lint.Lint.Setting;
import io.detour.server.decide.RuleFileLoader;
import io.detour.server.decide.RuleJudge;
import io.detour.server.decide.RuleRead;
import io.detour.server.decide.RuleSource;
import io.detour.server.dial.DialOptions;
import io.detour.server.log.LogOutput;
import io.detour.server.transport.Transport;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code detour pipe}: standard input and output through the rules and one tunnel, without a
 * server.
 *
 * <p>Standard output gets the bytes of the tunnel and nothing else.
 */
@Command(
    name = "pipe",
    description = {
      "Connects standard input and output with a host, through the rules.",
      "The end of the input is passed on, and the answer to it still comes."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:both sides ended, everything was delivered",
      "1:no tunnel, or it was cut; standard error says why",
      "2:wrong usage",
      "141:nobody read standard output any more"
    },
    footer = {"", "For ssh: ssh -o ProxyCommand='detour pipe %%h:%%p' HOST"})
final class PipeCommand implements Callable<Integer> {
  /** What a shell reports for a process that SIGPIPE, number 13, has ended. */
  private static final int OUTPUT_CLOSED = 128 + 13;

  /** The user who waits for the other side ends the process when that takes too long. */
  private static final Duration NEVER = RelayOptions.MAX_TIMEOUT;

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it before the call
  private CommandSpec spec;

  @Parameters(
      paramLabel = "HOST:PORT",
      description = "Where to, before the rules; an IPv6 address in brackets.")
  private String asked = "";

  @Option(
      names = "--rules",
      paramLabel = "PATH",
      split = ",",
      description =
          "A rule file, or a folder of them; may be given several times (default: those of the"
              + " configuration file, or no rules without one).")
  private @Nullable List<Path> rules;

  @Option(
      names = {"-c", "--config"},
      paramLabel = "FILE",
      description =
          "The configuration file, for its rules, parents, resolver and the timeouts dns and"
              + " connect (default: none).")
  private @Nullable Path config;

  @Override
  public Integer call() {
    return switch (HostPort.parse(asked)) {
      case Parsed.Malformed(String problem) -> {
        report(problem + " (expected: HOST:PORT)");
        yield 2;
      }
      case Parsed.Value(HostPort target) -> configure(target);
    };
  }

  private int configure(HostPort target) {
    if (config == null) {
      return decide(target, Configuration.defaults(), PipeCommand::setting);
    }
    return switch (ConfigurationFile.load(config)) {
      case ConfigurationFile.Rejected rejected ->
          report("the configuration has problems", rejected.problems());
      case ConfigurationFile.Loaded(Configuration file) -> decide(target, file, file::ruleSetting);
    };
  }

  private static RuleSource noRules() {
    return new RuleSource.Listed(List.of());
  }

  /** Other programs start this anywhere: what happens to lie in the current folder is not meant. */
  private static RuleSource named(RuleSource source) {
    return switch (source) {
      case RuleSource.Listed listed -> listed;
      case RuleSource.IfPresent _ -> noRules();
    };
  }

  /** Without a configuration there is no parent, and where a Detour listens is not known. */
  private static Setting setting(LocalDate today) {
    return Setting.on(today).withParents(Set.of()).withUsers(Setting.Users.NONE);
  }

  private int decide(
      HostPort target, Configuration configuration, Function<LocalDate, Setting> setting) {
    RuleSource source = rules == null ? named(configuration.rules()) : new RuleSource.Listed(rules);
    RuleJudge judge = RuleJudge.of(setting, Mode.ENFORCE);
    return switch (new RuleFileLoader(source, judge).read()) {
      case RuleRead.Refused refused -> report("the rules have problems", refused.problems());
      case RuleRead.Accepted accepted ->
          carry(accepted.rules(), configuration.dialOptions(), target);
    };
  }

  private int carry(RuleSet loaded, DialOptions dial, HostPort target) {
    String whyNoEpoll = Transport.whyNoEpoll();
    if (whyNoEpoll != null) {
      report("a pipe needs epoll: " + whyNoEpoll);
      return 1;
    }
    LogOutput.onlyWarningsOnStandardError();
    RelayOptions relay = RelayOptions.defaults().withTimeouts(NEVER, NEVER, NEVER);
    // Not closed here: a close would wait for the thread that still reads, and the process ends.
    FileChannel in = new FileInputStream(FileDescriptor.in).getChannel();
    WritableByteChannel out = new StandardOutput();
    Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
    try {
      return exitCode(PipedTunnel.carry(loaded, dial, relay, target, in, out, temporary));
    } catch (IOException e) {
      report(String.valueOf(e.getMessage()));
      return 1;
    } finally {
      LogOutput.flush();
    }
  }

  private int exitCode(PipeResult result) {
    return switch (result) {
      case PipeResult.Whole _ -> 0;
      case PipeResult.OutputClosed _ -> OUTPUT_CLOSED;
      case PipeResult.Broken broken -> {
        report(broken.reason());
        yield 1;
      }
    };
  }

  private void report(String problem) {
    PrintWriter err = spec.commandLine().getErr();
    err.println("detour pipe: " + Printable.escaped(asked + ": " + problem));
  }

  private int report(String why, List<Problem> problems) {
    PrintWriter err = spec.commandLine().getErr();
    problems.forEach(err::println);
    err.println("detour pipe: " + why + ", so nothing was connected");
    return 1;
  }
}
