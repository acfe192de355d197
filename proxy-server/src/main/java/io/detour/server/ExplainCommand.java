package io.detour.server;

import io.detour.core.HostPort;
import io.detour.core.MalformedAuthority;
import io.detour.rules.Explanation;
import io.detour.rules.Printable;
import io.detour.rules.Request;
import io.detour.rules.yaml.RuleFiles;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code detour explain}: what the rules do with a host, and why. Neither resolves nor connects.
 *
 * <p>Exit code 0, 1 if the rule file has a problem, 2 if the argument is no host.
 */
@Command(
    name = "explain",
    description = "Says which rule a host would match, every rule passed over and why.",
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {"0:explained", "1:the rule file has a problem", "2:wrong usage, or no host"})
final class ExplainCommand implements Callable<Integer> {
  private static final int DEFAULT_PORT = 443;

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it before the call
  private CommandSpec spec;

  @Parameters(
      paramLabel = "HOST[:PORT]",
      description = "What a client would ask for; an IPv6 address in brackets. Port 443 if none.")
  private String asked = "";

  @Option(
      names = "--rules",
      paramLabel = "FILE",
      defaultValue = "rules.yaml",
      description = "The rule file (default: ${DEFAULT-VALUE}).")
  private Path rules = Path.of("rules.yaml");

  @Option(names = "--json", description = "One JSON object instead of text.")
  private boolean json;

  @Override
  public Integer call() {
    PrintWriter err = spec.commandLine().getErr();
    return switch (HostPort.parse(asked, DEFAULT_PORT)) {
      case MalformedAuthority malformed -> {
        err.println(
            Printable.quoted(asked) + " is not HOST or HOST:PORT: " + malformed.problem() + ".");
        yield 2;
      }
      case HostPort hostPort ->
          switch (RuleFiles.load(rules)) {
            case RuleFiles.Rejected rejected -> {
              rejected.problems().forEach(err::println);
              yield 1;
            }
            case RuleFiles.Loaded loaded -> {
              print(
                  loaded.rules().explain(Request.of(hostPort, System.currentTimeMillis() / 1000)));
              yield 0;
            }
          };
    };
  }

  private void print(Explanation explanation) {
    PrintWriter out = spec.commandLine().getOut();
    out.println(json ? ExplanationJson.of(explanation) : ExplanationText.of(explanation));
  }
}
