package io.detour.ops.explain;

import io.detour.core.HostPort;
import io.detour.ops.ScriptJson;
import io.detour.ops.certificates.ProbeJson;
import io.detour.ops.certificates.ProbeReport;
import io.detour.rules.Decision;
import io.detour.rules.Explanation;
import io.detour.rules.FallbackError;
import io.detour.rules.Hop;
import io.detour.rules.Outcome;
import io.detour.rules.Route;
import io.detour.rules.Rule;
import io.detour.rules.condition.Brownout;
import io.detour.rules.condition.Request;
import io.detour.rules.host.Captures;
import io.detour.server.decide.Consequence;
import io.detour.server.status.Refusal;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * An explanation for scripts: one JSON object in ASCII. A field that has no value is null.
 *
 * <p>{@code written}; {@code asked}, canonical, and its parts {@code host} and {@code port}; {@code
 * client}; {@code user}; {@code time} with an offset.
 *
 * <p>{@code passed_over}: a list of {@code rule} (its name), {@code at} (its place), {@code
 * obstacle} ({@code host}, {@code port}, {@code client}, {@code user}, {@code rollout}, {@code off}
 * or {@code expired}) and {@code reason}. All of them, however many.
 *
 * <p>{@code match}: {@code rule}, {@code at}, {@code matcher}, {@code captures} (by what stands in
 * the placeholder), {@code mode} ({@code enforce} or {@code report}), {@code owner}, {@code
 * ticket}, {@code reason}, {@code expiry} ({@code last_day}, {@code days_left}, {@code on_expiry}),
 * {@code rollout_percent}, {@code brownout} ({@code cron}, {@code minutes}). Null if no rule
 * matches; {@code legacy_suffix} then is the one that the host has.
 *
 * <p>{@code decision}, whether it is enforced or only reported: {@code rewrite}, {@code pass},
 * {@code reject}, {@code brownout}, {@code invalid} (a template made no host), or without a rule
 * {@code unmatched} (passed) or {@code unlisted} (rejected). {@code targets}, empty if nothing is
 * dialled: a list of {@code target} (its number in the rule from 0, null for the asked host),
 * {@code address}, {@code via}, {@code allow} and {@code probe}, which is null or as {@link
 * ProbeJson} has it. {@code fallback_on}: after which failures the next one is tried. {@code when}:
 * {@code always} or {@code on_failure}.
 *
 * <p>{@code result}, what the client gets: {@code kind} {@code tunnel} with {@code to}, the first
 * target, or {@code kind} {@code refusal} with {@code status}, {@code error} (RFC 9209), {@code
 * message} and {@code retry_after_seconds}. {@code plain_http}: the same, of {@code kind} {@code
 * request}, for a plain HTTP request if that may be made where a tunnel may not lead. {@code
 * would_be}: the same as {@code result} for what a rule that only reports would do. {@code now}:
 * the same for what the targets that were tried out answer. {@code probes_good}: null if no probe
 * was asked for.
 */
public final class ExplanationJson {
  private final FullExplanation full;
  private final ObjectNode root = ScriptJson.MAPPER.createObjectNode();

  private ExplanationJson(FullExplanation full) {
    this.full = full;
  }

  /** On one line. */
  public static String of(FullExplanation full) {
    ExplanationJson json = new ExplanationJson(full);
    json.request();
    json.passedOver();
    json.match();
    json.targets();
    json.result();
    return ScriptJson.MAPPER.writeValueAsString(json.root);
  }

  private void request() {
    Request request = full.request();
    HostPort asked = request.asked();
    root.put("written", full.written())
        .put("asked", asked.toString())
        .put("host", asked.host().name())
        .put("port", asked.port())
        .put("client", request.client() == null ? null : request.client().toString())
        .put("user", request.user())
        .put(
            "time",
            request.epochSecond() == Request.NO_TIME
                ? null
                : full.local(request.epochSecond()).toString());
  }

  private void passedOver() {
    ArrayNode passedOver = root.putArray("passed_over");
    for (Explanation.PassedOver each : full.explanation().passedOver()) {
      rule(passedOver.addObject(), each.rule())
          .put("obstacle", word(each.obstacle()))
          .put("reason", each.reason());
    }
  }

  private static ObjectNode rule(ObjectNode object, Rule rule) {
    return object.put("rule", rule.name()).put("at", rule.position().toString());
  }

  private void match() {
    Explanation explanation = full.explanation();
    if (explanation.decision() instanceof Decision.Ruled ruled) {
      Rule rule = ruled.rule();
      ObjectNode match = rule(root.putObject("match"), rule);
      match.put("matcher", ruled.matcher().toString());
      captures(match.putObject("captures"), ruled.matcher().match(full.request().asked().host()));
      match
          .put("mode", word(rule.mode()))
          .put("owner", rule.notes().owner())
          .put("ticket", rule.notes().ticket())
          .put("reason", rule.notes().reason());
      expiry(match, Term.of(rule, full.request(), full.zone()));
      match.put("rollout_percent", rule.scope().rollout().percent());
      brownout(match, rule.lifetime().brownout());
    } else {
      root.putNull("match");
    }
    root.put(
        "legacy_suffix",
        explanation.legacySuffix() == null ? null : explanation.legacySuffix().text());
  }

  private static void captures(ObjectNode object, @Nullable Captures captures) {
    switch (captures) {
      case null -> {}
      case Captures.None _ -> {}
      case Captures.Prefix(String prefix) -> object.put("prefix", prefix);
      case Captures.Groups(List<String> texts) -> {
        for (int i = 0; i < texts.size(); i++) {
          object.put(Integer.toString(i), texts.get(i));
        }
      }
    }
  }

  private static void expiry(ObjectNode match, @Nullable Term term) {
    if (term == null) {
      match.putNull("expiry");
      return;
    }
    match
        .putObject("expiry")
        .put("last_day", term.expiry().lastDay().toString())
        .put("days_left", term.daysLeft())
        .put("on_expiry", word(term.expiry().then()));
  }

  private static void brownout(ObjectNode match, @Nullable Brownout brownout) {
    if (brownout == null) {
      match.putNull("brownout");
      return;
    }
    match
        .putObject("brownout")
        .put("cron", brownout.cron())
        .put("minutes", brownout.length().toMinutes());
  }

  private void targets() {
    root.put("decision", decision());
    ArrayNode targets = root.putArray("targets");
    for (Hop hop : full.targets()) {
      target(targets.addObject(), hop);
    }
    ArrayNode fallbackOn = root.putArray("fallback_on");
    if (full.meant() instanceof Consequence.Dialled(Route route)) {
      route.fallbackOn().stream().sorted().map(FallbackError::token).forEach(fallbackOn::add);
    }
    Rule rule = full.explanation().decision().rule();
    root.put(
        "when",
        rule != null && rule.outcome() instanceof Outcome.Rewrite rewrite
            ? word(rewrite.fallback().when())
            : null);
  }

  private String decision() {
    return switch (full.meantDecision()) {
      case Decision.Unmatched _ -> "unmatched";
      case Decision.Unlisted _ -> "unlisted";
      case Decision.Pass _ -> "pass";
      case Decision.Rewrite _ -> full.targets().isEmpty() ? "invalid" : "rewrite";
      case Decision.Reject _ -> "reject";
      case Decision.Brownout _ -> "brownout";
      case Decision.Report report -> throw new IllegalStateException("a report of " + report);
    };
  }

  private void target(ObjectNode object, Hop hop) {
    object
        .put("target", hop.target() == Hop.ASKED ? null : Integer.valueOf(hop.target()))
        .put("address", hop.address().toString())
        .put("via", hop.via());
    ArrayNode allow = object.putArray("allow");
    hop.allow().stream().sorted().map(ExplanationJson::word).forEach(allow::add);
    ProbeReport report = full.report(hop);
    if (report == null) {
      object.putNull("probe");
    } else {
      ProbeJson.write(report, object.putObject("probe"));
    }
  }

  private void result() {
    result("result", "tunnel", full.consequence());
    result("plain_http", "request", full.plainHttp());
    result("would_be", "tunnel", full.wouldBe());
    result("now", "tunnel", full.now());
    root.put("probes_good", full.depth() == null ? null : Boolean.valueOf(full.isGood()));
  }

  private void result(String name, String kind, @Nullable Consequence consequence) {
    switch (consequence) {
      case null -> root.putNull(name);
      case Consequence.Dialled(Route route) ->
          root.putObject(name).put("kind", kind).put("to", route.first().address().toString());
      case Consequence.Refused(Refusal refusal) ->
          root.putObject(name)
              .put("kind", "refusal")
              .put("status", refusal.status())
              .put("error", refusal.error().token())
              .put("message", refusal.details())
              .put(
                  "retry_after_seconds",
                  refusal.retryAfter() == null
                      ? null
                      : Long.valueOf(refusal.retryAfter().toSeconds()));
    }
  }

  private static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
