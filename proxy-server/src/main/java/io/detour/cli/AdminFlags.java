package io.detour.cli;

import io.detour.config.Configuration;
import io.detour.config.ConfigurationFile;
import io.detour.core.HostPort;
import io.detour.core.Parsed;
import io.detour.core.Printable;
import io.detour.server.accept.ListenAddress;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The options of verbs that talk to the admin interface of a running Detour. */
final class AdminFlags {
  private static final int OK = 200;

  @Spec(Spec.Target.MIXEE)
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

  /**
   * The interface, or null if the configuration file has problems, which have been told then.
   *
   * @throws ParameterException if an option says what must not be
   */
  @Nullable AdminClient client() {
    HostPort target = target();
    return target == null ? null : new AdminClient(target);
  }

  /** The same with an answer that may take so long. */
  @Nullable AdminClient client(Duration timeout) {
    HostPort target = target();
    return target == null ? null : new AdminClient(target, timeout);
  }

  private @Nullable HostPort target() {
    return admin == null ? configured() : named(admin);
  }

  private HostPort named(String text) {
    return switch (HostPort.parse(text)) {
      case Parsed.Value(HostPort hostPort) -> hostPort;
      case Parsed.Malformed(String problem) ->
          throw new ParameterException(
              spec.commandLine(), "--admin " + text + ": " + problem + " (expected: HOST:PORT)");
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

  /**
   * Prints what was answered, or why nothing was.
   *
   * @return the exit code: 0 if the answer is what was wanted
   */
  int print(AdminClient.Reply reply) {
    return switch (reply) {
      case AdminClient.Reply.Answered(int status, String body) when status == OK -> {
        print(body, spec.commandLine().getOut());
        yield 0;
      }
      case AdminClient.Reply.Answered answered -> {
        print(answered.body(), spec.commandLine().getErr());
        yield 1;
      }
      case AdminClient.Reply.Failed failed -> {
        spec.commandLine()
            .getErr()
            .println(spec.commandLine().getCommandSpec().qualifiedName() + ": " + failed.problem());
        yield 1;
      }
    };
  }

  /** The JSON object that was answered, or null if none was. */
  @Nullable JsonNode parsed(AdminClient.Reply reply) {
    if (reply instanceof AdminClient.Reply.Answered(int status, String body) && status == OK) {
      try {
        JsonNode json = JsonMapper.shared().readTree(body);
        return json.isObject() ? json : null;
      } catch (JacksonException e) {
        return null;
      }
    }
    return null;
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
