package io.detour.cli;

import java.io.PrintWriter;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

/** {@code detour connections}: the tunnels that are open in a running Detour. */
@Command(
    name = "connections",
    description = "Lists the tunnels that are open in a running Detour, or ends one.",
    exitCodeList = {
      "0:listed, or ended",
      "1:there is no such tunnel, or Detour was not reached",
      "2:wrong usage"
    })
final class ConnectionsCommand extends AdminVerb {
  private static final List<String> COLUMNS =
      List.of(
          "id",
          "client",
          "user",
          "requested",
          "target",
          "rule",
          "relay",
          "since",
          "bytes_upstream",
          "bytes_downstream");

  private static final Set<Integer> NUMBERS = Set.of(8, 9);

  @Option(names = "--kill", paramLabel = "ID", description = "Ends this tunnel: resets both sides.")
  private @Nullable String kill;

  @Option(names = "--json", description = "Prints the answer of the admin interface, /connections.")
  private boolean json;

  @Override
  int call(AdminClient client) throws InterruptedException {
    if (kill != null) {
      String id = URLEncoder.encode(kill, StandardCharsets.UTF_8);
      return print(client.send("DELETE", "/connections/" + id));
    }
    AdminClient.Reply reply = client.get("/connections");
    return json ? print(reply) : show(reply, ConnectionsCommand::print);
  }

  private static void print(JsonNode page, PrintWriter out) {
    String[] titles =
        COLUMNS.stream().map(column -> column.replace('_', ' ')).toArray(String[]::new);
    TextTable table = new TextTable(NUMBERS, titles);
    for (JsonNode connection : page.path("connections")) {
      table.add(COLUMNS.stream().map(column -> text(connection.path(column))).toList());
    }
    out.print(table.text());
    out.println(Counted.of(page.path("count").asLong(), "tunnel"));
  }

  private static String text(JsonNode value) {
    return value.isNull() || value.isMissingNode() ? "-" : value.asString();
  }
}
