package io.detour.ops.admin;

import io.detour.ops.metrics.Metrics.BuildInfo;
import io.detour.rules.document.Fields;
import io.detour.server.account.RequestCounters;
import io.detour.server.decide.Reloader;
import io.detour.server.decide.RulesInForce;
import io.detour.server.log.AccessLog.TunnelProgress;
import io.detour.server.log.RequestIds;
import io.detour.server.log.ScriptJson;
import io.detour.server.serve.OpenTunnels;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The pages about the process and its tunnels. Any thread.
 *
 * @param mode how far rules go at most, as on the command line
 */
public record ServerPages(
    BuildInfo build,
    Instant started,
    String mode,
    RulesInForce rules,
    Supplier<Reloader.History> reloads,
    RequestCounters requests,
    RequestIds ids,
    OpenTunnels tunnels,
    Throughput throughput,
    InstantSource clock,
    ZoneId zone) {
  /** The most tunnels on a page. */
  static final int MAX_TUNNELS = 10_000;

  private static final double TENTHS = 10;

  /** The process, which is {@code ready}, {@code paused} or {@code draining}, at a glance. */
  Answer status(String state, int clients) {
    ObjectNode root = ScriptJson.MAPPER.createObjectNode();
    root.put("version", build.version())
        .put("revision", build.revision())
        .put("java", build.java())
        .put("state", state)
        .put("started", time(started))
        .put("uptime_seconds", Duration.between(started, clock.instant()).toSeconds())
        .put("mode", mode)
        .put("rules", rules.current().rules().rules().size())
        .put("clients", clients)
        .put("tunnels", tunnels.count())
        .put("requests", requests.allRequests())
        .put("legacy_uses", requests.legacyUses());
    Reloader.History.Last last = reloads.get().last();
    if (last == null) {
      root.putNull("last_reload");
    } else {
      root.putObject("last_reload")
          .put("at", time(last.at()))
          .put("result", last.successful() ? "ok" : "kept")
          .put("summary", last.summary());
    }
    return Answer.json(root);
  }

  /** The tunnels that are open. Done on an event loop that must not be held up. */
  CompletableFuture<Answer> connections() {
    long count = tunnels.count();
    return tunnels
        .look(MAX_TUNNELS)
        .thenApplyAsync(open -> connections(count, open)); // the loop has others to serve
  }

  private Answer connections(long count, List<TunnelProgress> open) {
    ObjectNode root = ScriptJson.MAPPER.createObjectNode();
    ArrayNode list = root.put("count", count).putArray("connections");
    for (TunnelProgress tunnel : open) {
      list.addObject()
          .put("id", ids.text(tunnel.asked().id()))
          .put("kind", Fields.wordOf(tunnel.asked().kind()))
          .put("client", tunnel.asked().client())
          .put("user", tunnel.asked().user())
          .put("requested", String.valueOf(tunnel.asked().requested()))
          .put("target", tunnel.target().toString())
          .put("rule", tunnel.rule())
          .put("relay", Fields.wordOf(tunnel.relay()))
          .put("since", time(tunnel.since()))
          .put("bytes_upstream", tunnel.volume().upstreamBytes())
          .put("bytes_downstream", tunnel.volume().downstreamBytes());
    }
    return Answer.json(root);
  }

  /** Ends a tunnel. */
  CompletableFuture<Answer> kill(String id) {
    OptionalLong number = ids.parse(id);
    return number.isPresent()
        ? tunnels.kill(number.getAsLong()).thenApply(ServerPages::killed)
        : CompletableFuture.completedFuture(killed(false));
  }

  private static Answer killed(boolean found) {
    return found
        ? Answer.text(HttpResponseStatus.OK, "ended")
        : Answer.text(
            HttpResponseStatus.NOT_FOUND,
            "there is no tunnel of this id (expected: one of /connections)");
  }

  /** What went through in the last hour. */
  Answer history() {
    List<Throughput.Sample> samples = throughput.samples();
    ObjectNode root = ScriptJson.MAPPER.createObjectNode();
    Instant end = samples.isEmpty() ? clock.instant() : samples.getLast().at();
    root.put("interval_seconds", Throughput.INTERVAL.toSeconds()).put("end", time(end));
    add(root, "bytes_upstream_per_second", samples, Throughput.Sample::upstreamBytes);
    add(root, "bytes_downstream_per_second", samples, Throughput.Sample::downstreamBytes);
    add(root, "tunnels", samples, Throughput.Sample::tunnels);
    add(root, "requests_per_second", samples, Throughput.Sample::requests);
    add(root, "legacy_per_second", samples, Throughput.Sample::legacyUses);
    return Answer.json(root);
  }

  private static void add(
      ObjectNode root,
      String name,
      List<Throughput.Sample> samples,
      ToDoubleFunction<Throughput.Sample> value) {
    ArrayNode list = root.putArray(name);
    for (Throughput.Sample sample : samples) {
      list.add(Math.round(value.applyAsDouble(sample) * TENTHS) / TENTHS);
    }
  }

  private String time(Instant instant) {
    return instant.truncatedTo(ChronoUnit.SECONDS).atZone(zone).toOffsetDateTime().toString();
  }
}
