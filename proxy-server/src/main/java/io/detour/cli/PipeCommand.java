package io.detour.cli;

import io.detour.config.Configuration;
import io.detour.config.ConfigurationFile;
import io.detour.core.HostPort;
import io.detour.core.Parsed;
import io.detour.core.Printable;
import io.detour.core.relay.RelayOptions;
import io.detour.ops.pipe.PipedTunnel;
import io.detour.ops.pipe.StandardOutput;
import io.detour.rules.Mode;
import io.detour.rules.RuleSet;
import io.detour.rules.lint.Lint.Setting;
import io.detour.rules.lint.RuleReview;
import io.detour.server.decide.RuleFileLoader;
import io.detour.server.decide.RuleSource;
import io.detour.server.dial.DialOptions;
import io.detour.server.log.LogOutput;
import io.detour.server.transport.Transport;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code detour pipe}: standard input and output through the rules and one tunnel, without a
 * server. Standard output gets the bytes of the tunnel and nothing else.
 */
@Command(
    name = "pipe",
    description = {
      "Connects standard input and output with a host, through the rules.",
      "The end of the input is passed on, and the answer to it still comes."
    },
    exitCodeList = {
      "0:both sides ended, everything was delivered",
      "1:no tunnel, or it was cut; standard error says why",
      "2:wrong usage",
      "141:nobody read standard output any more"
    },
    footer = {"", "For ssh: ssh -o ProxyCommand='detour pipe %%h:%%p' HOST"})
final class PipeCommand extends Verb {
  /** What a shell reports for a process that SIGPIPE, number 13, has ended. */
  private static final int OUTPUT_CLOSED = 128 + 13;

  /** The user who waits for the other side ends the process when that takes too long. */
  private static final Duration NEVER = RelayOptions.MAX_TIMEOUT;

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
        failed(problem + " (expected: HOST:PORT)");
        yield 2;
      }
      case Parsed.Value(HostPort target) -> configure(target);
    };
  }

  private int configure(HostPort target) {
    return switch (configuration(config)) {
      case ConfigurationFile.Rejected rejected ->
          fail(rejected.problems(), "the configuration has problems, so nothing was connected");
      case ConfigurationFile.Loaded(Configuration file) ->
          decide(target, file, config == null ? PipeCommand::setting : file::ruleSetting);
    };
  }

  /** Other programs start this anywhere: what happens to lie in the current folder is not meant. */
  private static RuleSource named(RuleSource source) {
    return switch (source) {
      case RuleSource.Listed listed -> listed;
      case RuleSource.IfPresent _ -> new RuleSource.Listed(List.of());
    };
  }

  /** Without a configuration there is no parent, and where a Detour listens is not known. */
  private static Setting setting(LocalDate today) {
    return Setting.on(today).withParents(Set.of()).withUsers(Setting.Users.NONE);
  }

  private int decide(
      HostPort target, Configuration configuration, Function<LocalDate, Setting> setting) {
    RuleSource source = rules == null ? named(configuration.rules()) : new RuleSource.Listed(rules);
    return switch (new RuleFileLoader(source, setting, Mode.ENFORCE).read()) {
      case RuleReview.Refused refused ->
          fail(refused.problems(), "the rules have problems, so nothing was connected");
      case RuleReview.Accepted accepted ->
          carry(accepted.rules(), configuration.dialOptions(), target);
    };
  }

  private int carry(RuleSet loaded, DialOptions dial, HostPort target) {
    String whyNoEpoll = Transport.whyNoEpoll();
    if (whyNoEpoll != null) {
      return failed("a pipe needs epoll: " + whyNoEpoll);
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
      return failed(String.valueOf(e.getMessage()));
    } finally {
      LogOutput.flush();
    }
  }

  private int exitCode(PipedTunnel.Result result) {
    return switch (result) {
      case PipedTunnel.Result.Whole _ -> 0;
      case PipedTunnel.Result.OutputClosed _ -> OUTPUT_CLOSED;
      case PipedTunnel.Result.Broken broken -> failed(broken.reason());
    };
  }

  private int failed(String problem) {
    return fail(Printable.escaped(asked + ": " + problem));
  }
}
