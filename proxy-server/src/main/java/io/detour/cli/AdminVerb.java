package io.detour.cli;

import io.detour.config.ConfigurationFile;
import io.detour.core.HostPort;
import io.detour.server.accept.ListenAddress;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A verb that talks to the admin interface of a running Detour; the shortest of them are here. */
abstract class AdminVerb extends Verb {
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

  /** {@code detour reload}: has a running Detour read its rules again, and prints the result. */
  @Command(
      name = "reload",
      description = "Has a running Detour read its rules again.",
      exitCodeList = {
        "0:the rules were read and are in force",
        "1:they have problems, or Detour was not reached",
        "2:wrong usage"
      })
  static final class Reload extends AdminVerb {
    @Override
    int call(AdminClient client) throws InterruptedException {
      return print(client.send("POST", "/-/reload"));
    }
  }

  /** {@code detour drain}: has a running Detour accept no more clients, and end. */
  @Command(
      name = "drain",
      description =
          "Has a running Detour accept no more clients, and end when the last one is gone or"
              + " timeouts.drain is over, as SIGTERM does. Does not wait for it.",
      exitCodeList = {"0:it drains", "1:Detour was not reached", "2:wrong usage"})
  static final class Drain extends AdminVerb {
    @Override
    int call(AdminClient client) throws InterruptedException {
      return print(client.send("POST", "/-/drain"));
    }
  }

  /** {@code detour ready}: whether a running Detour accepts clients, for probes of containers. */
  @Command(
      name = "ready",
      description = "Says whether a running Detour accepts clients, within two seconds.",
      exitCodeList = {"0:it does", "1:it is paused, drains, or was not reached", "2:wrong usage"})
  static final class Ready extends AdminVerb {
    private static final Duration TIMEOUT = Duration.ofSeconds(2);

    @Override
    int call(AdminClient client) throws InterruptedException {
      return print(client.within(TIMEOUT).get("/readyz"));
    }
  }

  /** Does what the verb is for, and returns the exit code. */
  abstract int call(AdminClient client) throws InterruptedException;

  @Override
  public final Integer call() throws InterruptedException {
    if (admin != null) {
      return call(new AdminClient(adminAddress(admin)));
    }
    return switch (configuration(config)) {
      case ConfigurationFile.Rejected rejected -> fail(rejected.problems());
      case ConfigurationFile.Loaded loaded ->
          call(new AdminClient(listening(loaded.configuration().admin().listen())));
    };
  }

  private HostPort listening(ListenAddress.Inet address) {
    if (address.port() == 0) {
      throw wrongUsage(
          config + ": admin.listen has port 0, so the file does not say where (expected: --admin)");
    }
    return hostPort("--admin " + address, address.toString());
  }

  /** The same, but a JSON object is shown to people. */
  final int show(AdminClient.Reply reply, BiConsumer<JsonNode, PrintWriter> printer) {
    JsonNode json = parsed(reply);
    if (json == null) {
      return print(reply);
    }
    printer.accept(json, out());
    out().flush();
    return 0;
  }

  private static @Nullable JsonNode parsed(AdminClient.Reply reply) {
    if (reply instanceof AdminClient.Reply.Answered(int status, String body)
        && status == AdminClient.OK) {
      try {
        JsonNode json = JsonMapper.shared().readTree(body);
        return json.isObject() ? json : null;
      } catch (JacksonException e) {
        return null;
      }
    }
    return null;
  }
}
