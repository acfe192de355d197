package io.detour.cli;

import io.detour.core.Printable;
import java.io.PrintWriter;
import java.time.Duration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

/** {@code detour status}: a running Detour at a glance. */
@Command(
    name = "status",
    description = "Shows a running Detour at a glance.",
    exitCodeList = {"0:shown", "1:Detour was not reached", "2:wrong usage"})
final class StatusCommand extends AdminVerb {
  @Option(names = "--json", description = "Prints the answer of the admin interface, /status.")
  private boolean json;

  @Override
  int call(AdminClient client) throws InterruptedException {
    AdminClient.Reply reply = client.get("/status");
    return json ? print(reply) : show(reply, StatusCommand::print);
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
