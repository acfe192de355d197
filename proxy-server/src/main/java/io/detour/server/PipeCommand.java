package io.detour.server;

import io.detour.core.HostPort;
import io.detour.core.MalformedAuthority;
import io.detour.core.relay.RelayOptions;
import io.detour.rules.Printable;
import io.detour.rules.RuleSet;
import io.detour.rules.document.Problem;
import io.detour.rules.yaml.RuleFiles;
import io.detour.server.dial.DialOptions;
import io.detour.server.forward.PipeResult;
import io.detour.server.forward.PipedTunnel;
import io.detour.server.forward.StandardOutput;
import io.detour.server.observe.LogOutput;
import io.detour.server.transport.Transport;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
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
  private static final Duration NEVER = RelayOptions.LONGEST_TIMEOUT;

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it before the call
  private CommandSpec spec;

  @Parameters(
      paramLabel = "HOST:PORT",
      description = "Where to, before the rules; an IPv6 address in brackets.")
  private String asked = "";

  @Option(
      names = "--rules",
      paramLabel = "FILE",
      description =
          "The rule file (default: no rules; one in the current folder is not looked for).")
  private @Nullable Path rules;

  @Override
  public Integer call() {
    return switch (HostPort.parse(asked)) {
      case MalformedAuthority malformed -> {
        String problem = malformed.problem() + " (expected: HOST:PORT)";
        report(problem);
        yield 2;
      }
      case HostPort target -> {
        RuleSet loaded = loadRules();
        yield loaded == null ? 1 : carry(loaded, target);
      }
    };
  }

  private @Nullable RuleSet loadRules() {
    if (rules == null) {
      return RuleSet.empty();
    }
    return switch (RuleFiles.load(rules)) {
      case RuleFiles.Rejected rejected -> report(rejected.problems());
      case RuleFiles.Loaded loaded ->
          loaded.failures().isEmpty() ? loaded.rules() : report(loaded.failures());
    };
  }

  private int carry(RuleSet loaded, HostPort target) {
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
      return exitCode(
          PipedTunnel.carry(loaded, DialOptions.defaults(), relay, target, in, out, temporary));
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

  private @Nullable RuleSet report(List<Problem> problems) {
    PrintWriter err = spec.commandLine().getErr();
    problems.forEach(err::println);
    err.println("detour pipe: the rules have problems, so nothing was connected");
    return null;
  }
}
