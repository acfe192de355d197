package io.detour.server;

import io.detour.core.HostPort;
import io.detour.core.MalformedAuthority;
import io.detour.rules.Printable;
import io.detour.server.config.Configuration;
import io.detour.server.config.ConfigurationFile;
import io.detour.server.listen.ListenAddress;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code detour reload}: has a running Detour read its rules again, and says what came of it. */
@Command(
    name = "reload",
    description = "Has a running Detour read its rules again.",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:the rules were read and are in force",
      "1:they have problems, or Detour was not reached",
      "2:wrong usage"
    })
final class ReloadCommand implements Callable<Integer> {
  private static final int OK = 200;

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it before the call
  private CommandSpec spec;

  @Option(
      names = {"--admin", "--admin-listen"},
      paramLabel = "HOST:PORT",
      description = "The admin interface of the running Detour (default: 127.0.0.1:3129).")
  private @Nullable String admin;

  @Option(
      names = {"-c", "--config"},
      paramLabel = "FILE",
      description = "The configuration file that says where it is.")
  private @Nullable Path config;

  @Override
  public Integer call() throws InterruptedException {
    HostPort target = admin == null ? configured() : named(admin);
    return target == null ? 1 : report(new AdminClient(target).post("/-/reload"));
  }

  private HostPort named(String text) {
    return switch (HostPort.parse(text)) {
      case HostPort hostPort -> hostPort;
      case MalformedAuthority malformed ->
          throw new ParameterException(
              spec.commandLine(),
              "--admin " + text + ": " + malformed.problem() + " (expected: HOST:PORT)");
    };
  }

  /** Where the file says that the admin interface listens, or null if the file has problems. */
  private @Nullable HostPort configured() {
    ConfigurationFile file =
        config == null
            ? new ConfigurationFile.Loaded(Configuration.defaults())
            : ConfigurationFile.load(config);
    return switch (file) {
      case ConfigurationFile.Rejected rejected -> {
        rejected.problems().forEach(spec.commandLine().getErr()::println);
        yield null;
      }
      case ConfigurationFile.Loaded loaded -> listening(loaded.configuration().admin().listen());
    };
  }

  private HostPort listening(ListenAddress.Inet address) {
    if (address.port() == 0) {
      throw new ParameterException(
          spec.commandLine(),
          config + ": admin.listen has port 0, so the file does not say where (expected: --admin)");
    }
    return named(address.toString());
  }

  private int report(AdminClient.Reply reply) {
    PrintWriter err = spec.commandLine().getErr();
    return switch (reply) {
      case AdminClient.Reply.Answered(int status, String body) when status == OK -> {
        PrintWriter out = spec.commandLine().getOut();
        print(body, out);
        yield 0;
      }
      case AdminClient.Reply.Answered answered -> {
        print(answered.body(), err);
        yield 1;
      }
      case AdminClient.Reply.Failed failed -> {
        err.println("detour reload: " + failed.problem());
        yield 1;
      }
    };
  }

  /** What was answered may steer a terminal, whoever answered. */
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
}
