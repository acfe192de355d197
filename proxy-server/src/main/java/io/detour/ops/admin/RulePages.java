package io.detour.ops.admin;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.detour.core.Address;
import io.detour.core.Direction;
import io.detour.core.Host;
import io.detour.core.HostPort;
import io.detour.core.Parsed;
import io.detour.core.Printable;
import io.detour.ops.certificates.CertificateFinding;
import io.detour.ops.certificates.TargetCertificates;
import io.detour.ops.explain.ExplanationJson;
import io.detour.ops.explain.FullExplanation;
import io.detour.rules.Hop;
import io.detour.rules.Outcome;
import io.detour.rules.Rule;
import io.detour.rules.Target;
import io.detour.rules.condition.Request;
import io.detour.rules.document.Fields;
import io.detour.rules.document.TimeText;
import io.detour.server.access.AccessOptions;
import io.detour.server.decide.RuleSnapshot;
import io.detour.server.decide.RuleUse;
import io.detour.server.decide.RuleUse.TargetUse;
import io.detour.server.decide.RulesInForce;
import io.detour.server.dial.Parent;
import io.detour.server.log.ScriptJson;
import io.detour.server.serve.AutoConfig;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The pages about the rules in force. Nothing is resolved or connected to. Any thread. */
public record RulePages(
    RulesInForce rules,
    TargetCertificates certificates,
    AccessOptions access,
    Map<String, Parent> parents,
    AutoConfig pac,
    InstantSource clock,
    ZoneId zone) {
  private static final String PAC = "application/x-ns-proxy-autoconfig";
  private static final int HTTPS_PORT = 443;

  public RulePages {
    parents = Map.copyOf(parents);
  }

  /** All rules and how much they are used; {@code docs/admin.md} has the fields. */
  Answer rulesJson() {
    RuleSnapshot current = rules.current();
    ObjectNode root = ScriptJson.MAPPER.createObjectNode();
    ArrayNode list = root.put("count", current.rules().rules().size()).putArray("rules");
    current.shown().forEach(rule -> add(list.addObject(), rule, current));
    return Answer.json(root);
  }

  private void add(ObjectNode object, Rule rule, RuleSnapshot current) {
    RuleUse use = current.use(rule);
    object
        .put("rule", rule.name())
        .put("at", rule.position().toString())
        .put("action", Fields.wordOf(rule.action()))
        .put("mode", Fields.wordOf(rule.mode()))
        .put("owner", rule.notes().owner())
        .put("ticket", rule.notes().ticket())
        .put("reason", rule.notes().reason())
        .put(
            "last_day",
            rule.lifetime().expiry() == null ? null : rule.lifetime().expiry().lastDay().toString())
        .put("matches", use.matches())
        .put("last_match", use.lastMatchSecond() == 0 ? null : time(use.lastMatchSecond()));
    for (Direction direction : Direction.values()) {
      object.put("bytes_" + Fields.wordOf(direction), use.bytes(direction));
    }
    ArrayNode targets = object.putArray("targets");
    if (rule.outcome() instanceof Outcome.Rewrite rewrite) {
      rewrite
          .hops()
          .forEach(
              hop -> {
                String to =
                    hop == Hop.ASKED ? Target.ORIGINAL : rewrite.targets().get(hop).toString();
                ObjectNode target = targets.addObject();
                add(target, hop, to, use.targetsSoFar());
                addCertificate(target, certificates.of(rule.name(), hop));
              });
    }
  }

  private static void add(ObjectNode object, int target, String to, TargetUse use) {
    object
        .put("target", target == Hop.ASKED ? null : Integer.valueOf(target))
        .put("to", to)
        .put("connects", use.connects(target))
        .put("failures", use.failures(target));
  }

  private void addCertificate(ObjectNode target, @Nullable CertificateFinding certificate) {
    if (certificate == null) {
      target.putNull("certificate");
      return;
    }
    Long notAfter = certificate.notAfter();
    target
        .putObject("certificate")
        .put("not_after", notAfter == null ? null : time(notAfter))
        .put("covers_legacy_name", certificate.coversLegacyName())
        .put("checked", time(certificate.checked()))
        .put("problem", certificate.problem());
  }

  private String time(long epochSecond) {
    return Instant.ofEpochSecond(epochSecond).atZone(zone).toOffsetDateTime().toString();
  }

  /**
   * What becomes of a request.
   *
   * @param query {@code host} (with a port or without), {@code client}, {@code user}, {@code at}
   */
  Answer explain(Map<String, String> query) {
    String asked = value(query, "host");
    if (asked == null) {
      return bad("host: expected HOST or HOST:PORT, as in /explain?host=erp.old.example.com");
    }
    return switch (HostPort.parse(asked, HTTPS_PORT)) {
      case Parsed.Malformed(String problem) ->
          bad("host: " + Printable.quoted(asked) + ": " + problem);
      case Parsed.Value(HostPort hostPort) -> explain(asked, hostPort, query);
    };
  }

  private Answer explain(String asked, HostPort hostPort, Map<String, String> query) {
    String ip = value(query, "client");
    if (ip != null && !(Host.parse(ip) instanceof Parsed.Value(Host host) && host.isAddress())) {
      return bad("client: " + Printable.quoted(ip) + " (expected: an IP address)");
    }
    Address client = ip == null ? null : Address.of(Host.parse(ip).orElseThrow());
    String at = value(query, "at");
    long time = clock.instant().getEpochSecond();
    if (at != null) {
      OptionalLong read = TimeText.parse(at, zone);
      if (read.isEmpty()) {
        return bad("at: " + Printable.quoted(at) + " (expected: " + TimeText.EXPECTED + ")");
      }
      time = read.getAsLong();
    }
    Request request = new Request(hostPort, client, value(query, "user"), time);
    return Answer.json(
        ExplanationJson.of(
            FullExplanation.of(
                asked, rules.current().rules().explain(request), zone, access, parents)));
  }

  private static @Nullable String value(Map<String, String> query, String name) {
    String value = query.get(name);
    return value == null || value.isEmpty() ? null : value;
  }

  /**
   * For browsers: names that some rule is for and legacy names go to the proxy, all others do not.
   *
   * @param askedAs the field {@code Host} of the request, or null
   */
  CompletableFuture<Answer> pac(@Nullable String askedAs) {
    Host machine =
        askedAs != null
                && HostPort.parse(askedAs, HTTPS_PORT) instanceof Parsed.Value(HostPort admin)
            ? admin.host()
            : null;
    CompletableFuture<String> file = pac.file(machine);
    if (file == null) {
      return CompletableFuture.completedFuture(
          Answer.text(
              HttpResponseStatus.NOT_FOUND,
              "there is no listener for browsers (expected: \"listen\" with ADDRESS:PORT and"
                  + " without the PROXY protocol, or \"pac.proxies\")"));
    }
    return file.thenApply(text -> Answer.page(PAC, text.getBytes(US_ASCII)));
  }

  private static Answer bad(String problem) {
    return Answer.text(HttpResponseStatus.BAD_REQUEST, problem);
  }
}
