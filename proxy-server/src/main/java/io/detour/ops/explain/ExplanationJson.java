package io.detour.ops.explain;

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
import io.detour.rules.document.Fields;
import io.detour.rules.host.Captures;
import io.detour.rules.host.HostMatcher;
import io.detour.rules.host.LegacyZone;
import io.detour.server.log.ScriptJson;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * An explanation for scripts: one JSON object in ASCII, with a field for each component of these
 * records, in snake case. A field that has no value is null.
 *
 * @param written the host as somebody wrote it
 * @param asked canonical; {@code host} and {@code port} are its parts
 * @param time with an offset
 * @param passedOver all skipped rules, however many
 * @param match null if no rule matches; {@code legacySuffix} then is the one that the host has, or
 *     {@code legacyNetwork} the one that it is in
 * @param decision whether it is enforced or only reported: {@code rewrite}, {@code pass}, {@code
 *     reject}, {@code brownout}, {@code invalid} (a template made no host), or without a rule
 *     {@code unmatched} (passed) or {@code unlisted} (rejected)
 * @param targets empty if nothing is dialled
 * @param fallbackOn after which failures the next target is tried
 * @param when {@code always} or {@code on_failure}
 * @param result what the client gets
 * @param plainHttp the same for a plain HTTP request, if that may be made where a tunnel may not
 *     lead
 * @param wouldBe the same for what a rule that only reports would do
 * @param now the same for what the targets that were tried out answer
 * @param probesGood null if no probe was asked for
 */
public record ExplanationJson(
    String written,
    String asked,
    String host,
    int port,
    @Nullable String client,
    @Nullable String user,
    @Nullable String time,
    List<PassedOver> passedOver,
    @Nullable Match match,
    @Nullable String legacySuffix,
    @Nullable String legacyNetwork,
    String decision,
    List<Target> targets,
    List<String> fallbackOn,
    @Nullable String when,
    @Nullable Result result,
    @Nullable Result plainHttp,
    @Nullable Result wouldBe,
    @Nullable Result now,
    @Nullable Boolean probesGood) {
  private static final JsonMapper MAPPER =
      ScriptJson.MAPPER
          .rebuild()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .build();

  record PassedOver(String rule, String at, String obstacle, String reason) {
    static PassedOver of(Explanation.Skipped skipped) {
      Rule rule = skipped.rule();
      return new PassedOver(rule.name(), place(rule), skipped.reason().word(), skipped.why());
    }
  }

  /** The captures are named as in placeholders. */
  record Match(
      String rule,
      String at,
      String matcher,
      Map<String, String> captures,
      String mode,
      @Nullable String owner,
      @Nullable String ticket,
      @Nullable String reason,
      @Nullable Expiry expiry,
      int rolloutPercent,
      @Nullable Brownout brownout) {
    static Match of(Decision.Ruled ruled, FullExplanation full) {
      Rule rule = ruled.rule();
      return new Match(
          rule.name(),
          place(rule),
          ruled.matcher().toString(),
          captured(ruled.matcher().match(full.request().asked().host())),
          Fields.wordOf(rule.mode()),
          rule.notes().owner(),
          rule.notes().ticket(),
          rule.notes().reason(),
          Expiry.of(full.term(rule)),
          rule.conditions().rollout().percent(),
          Brownout.of(rule.lifetime().brownout()));
    }
  }

  record Expiry(String lastDay, long daysLeft, String onExpiry) {
    static @Nullable Expiry of(FullExplanation.@Nullable Term term) {
      return term == null
          ? null
          : new Expiry(
              term.expiry().lastDay().toString(),
              term.daysLeft(),
              Fields.wordOf(term.expiry().then()));
    }
  }

  record Brownout(String cron, long minutes) {
    static @Nullable Brownout of(io.detour.rules.condition.@Nullable Brownout brownout) {
      return brownout == null ? null : new Brownout(brownout.cron(), brownout.length().toMinutes());
    }
  }

  /** A place that is dialled: its number in the rule, null for the asked host; with its report. */
  record Target(
      @Nullable Integer target,
      String address,
      @Nullable String via,
      List<String> allow,
      @Nullable JsonNode probe) {
    static Target of(Hop hop, @Nullable ProbeReport report) {
      ObjectNode probe = report == null ? null : MAPPER.createObjectNode();
      if (probe != null && report != null) {
        ProbeJson.write(report, probe);
      }
      return new Target(
          hop.target() == Hop.ASKED ? null : hop.target(),
          hop.address().toString(),
          hop.via(),
          hop.allow().stream().sorted().map(Fields::wordOf).toList(),
          probe);
    }
  }

  /** What a client gets. */
  sealed interface Result {
    /** A {@code tunnel} or {@code request} to the first target. */
    record Dialled(String kind, String to) implements Result {}

    /** A {@code refusal} with an error of RFC 9209. */
    record Refused(
        String kind, int status, String error, String message, @Nullable Long retryAfterSeconds)
        implements Result {}

    static @Nullable Result of(String kind, Decision.@Nullable Result result) {
      return switch (result) {
        case null -> null;
        case Route route -> new Dialled(kind, route.first().address().toString());
        case Decision.Refuse(int status, String error, String message, var retryAfter) ->
            new Refused(
                "refusal",
                status,
                error,
                message,
                retryAfter == null ? null : retryAfter.toSeconds());
      };
    }
  }

  /** On one line. */
  public static String of(FullExplanation full) {
    Explanation explanation = full.explanation();
    Request request = full.request();
    ExplanationJson json =
        new ExplanationJson(
            full.written(),
            request.asked().toString(),
            request.asked().host().name(),
            request.asked().port(),
            request.client() == null ? null : request.client().toString(),
            request.user(),
            request.epochSecond() == Request.NO_TIME
                ? null
                : full.local(request.epochSecond()).toString(),
            explanation.skipped().stream().map(PassedOver::of).toList(),
            explanation.decision() instanceof Decision.Ruled ruled ? Match.of(ruled, full) : null,
            explanation.legacyZone() instanceof HostMatcher.Suffix suffix ? suffix.text() : null,
            explanation.legacyZone() instanceof LegacyZone.Network network ? network.text() : null,
            decision(full),
            full.targets().stream().map(hop -> Target.of(hop, full.report(hop))).toList(),
            fallbackOn(full.meant()),
            when(explanation.decision().rule()),
            Result.of("tunnel", full.result()),
            Result.of("request", full.plainHttp()),
            Result.of("tunnel", full.wouldBe()),
            Result.of("tunnel", full.now()),
            full.depth() == null ? null : full.isGood());
    return MAPPER.writeValueAsString(json);
  }

  private static String place(Rule rule) {
    return rule.position().toString();
  }

  private static Map<String, String> captured(@Nullable Captures captures) {
    Map<String, String> named = new LinkedHashMap<>();
    switch (captures) {
      case null -> {}
      case Captures.None _ -> {}
      case Captures.Prefix(String prefix) -> named.put("prefix", prefix);
      case Captures.Groups(List<String> texts) -> {
        for (String text : texts) {
          named.put(Integer.toString(named.size()), text);
        }
      }
    }
    return named;
  }

  private static String decision(FullExplanation full) {
    return switch (full.explanation().decision().meant()) {
      case Decision.Unmatched _ -> "unmatched";
      case Decision.Unlisted _ -> "unlisted";
      case Decision.Rewrite _ when full.targets().isEmpty() -> "invalid";
      case Decision.Ruled ruled -> Fields.wordOf(ruled.effect());
    };
  }

  private static List<String> fallbackOn(Decision.Result meant) {
    return meant instanceof Route route
        ? route.fallbackOn().stream().sorted().map(FallbackError::token).toList()
        : List.of();
  }

  private static @Nullable String when(@Nullable Rule rule) {
    return rule != null && rule.outcome() instanceof Outcome.Rewrite rewrite
        ? Fields.wordOf(rewrite.fallback().when())
        : null;
  }
}
