package io.detour.cli;

import io.detour.core.Printable;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

/** {@code detour status}: a running Detour at a glance. */
@Command(
    name = "status",
    description = "Shows a running Detour at a glance.",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:shown", "1:Detour was not reached", "2:wrong usage"})
final class StatusCommand implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it before the call
  private CommandSpec spec;

  @Mixin private AdminFlags admin = new AdminFlags();

  @Option(names = "--json", description = "Prints the answer of the admin interface, /status.")
  private boolean json;

  @Override
  public Integer call() throws InterruptedException {
    AdminClient client = admin.client();
    if (client == null) {
      return 1;
    }
    AdminClient.Reply reply = client.get("/status");
    JsonNode status = json ? null : admin.parsed(reply);
    if (status == null) {
      return admin.print(reply);
    }
    print(status, spec.commandLine().getOut());
    return 0;
  }

  private static void print(JsonNode status, PrintWriter out) {
    out.printf(
        "Detour %s (%s), %s, up for %s, mode %s%n",
        text(status, "version"),
        text(status, "revision"),
        text(status, "state"),
        uptime(Duration.ofSeconds(status.path("uptime_seconds").asLong())),
        text(status, "mode"));
    for (String count : new String[] {"rules", "clients", "tunnels", "requests"}) {
      out.printf("  %-12s %s%n", count, Counted.of(status.path(count).asLong()));
    }
    out.printf("  %-12s %s%n", "legacy uses", Counted.of(status.path("legacy_uses").asLong()));
    JsonNode reload = status.path("last_reload");
    if (reload.isObject()) {
      out.printf(
          "  %-12s %s at %s: %s%n",
          "last reload",
          text(reload, "result").equals("ok") ? "ok" : "failed",
          text(reload, "at"),
          text(reload, "summary"));
    }
    out.flush();
  }

  private static String text(JsonNode node, String key) {
    return Printable.escaped(node.path(key).asString("?"));
  }

  /** The two largest units are enough. */
  private static String uptime(Duration up) {
    if (up.toDays() > 0) {
      return up.toDays() + "d " + up.toHoursPart() + "h";
    }
    return up.toHours() > 0
        ? up.toHours() + "h " + up.toMinutesPart() + "m"
        : up.toMinutes() + "m " + up.toSecondsPart() + "s";
  }
}
