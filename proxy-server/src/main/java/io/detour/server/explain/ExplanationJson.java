package io.detour.server;

import io.detour.rules.Captures;
import io.detour.rules.Decision;
import io.detour.rules.Explanation;
import io.detour.rules.NoRoute;
import io.detour.rules.Request;
import io.detour.rules.Route;
import io.detour.rules.Rule;
import java.util.List;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * An explanation for scripts: one JSON object.
 *
 * <p>{@code asked}; {@code passed_over}, a list of {@code rule}, {@code at} and {@code reason};
 * {@code match}, null or {@code rule}, {@code at}, {@code matcher} and {@code captures} (by the
 * name that stands in the placeholder); {@code decision}, which is {@code unmatched}, {@code pass},
 * {@code rewrite} with {@code target}, {@code reject} with {@code message} or {@code invalid} with
 * {@code problem}.
 */
final class ExplanationJson {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private ExplanationJson() {}

  static String of(Explanation explanation) {
    ObjectNode root = JSON.createObjectNode();
    Request request = explanation.request();
    root.put("asked", request.asked().toString());
    root.put("client", request.client() == null ? null : request.client().toString());
    ArrayNode passedOver = root.putArray("passed_over");
    for (Explanation.PassedOver each : explanation.passedOver()) {
      rule(passedOver.addObject(), each.rule()).put("reason", each.reason());
    }
    if (explanation.decision() instanceof Decision.Ruled ruled) {
      ObjectNode object = rule(root.putObject("match"), ruled.rule());
      object.put("matcher", ruled.matcher().toString());
      ObjectNode captures = object.putObject("captures");
      Decision.Rewrite rewrite = explanation.rewrite();
      if (rewrite != null) {
        captures(captures, rewrite.captures(request.asked().host()));
      }
    } else {
      root.putNull("match");
    }
    decision(root, explanation.decision(), request);
    return JSON.writeValueAsString(root);
  }

  private static ObjectNode rule(ObjectNode object, Rule rule) {
    return object.put("rule", rule.name()).put("at", rule.position().toString());
  }

  private static void captures(ObjectNode object, Captures captures) {
    switch (captures) {
      case Captures.None _ -> {}
      case Captures.Prefix prefix -> object.put("prefix", prefix.text());
      case Captures.Groups(List<String> texts) -> {
        for (int i = 0; i < texts.size(); i++) {
          object.put(Integer.toString(i), texts.get(i));
        }
      }
    }
  }

  private static void decision(ObjectNode root, Decision decision, Request request) {
    switch (decision) {
      case Decision.Unmatched _ -> root.put("decision", "unmatched");
      case Decision.Unlisted _ ->
          root.put("decision", "reject").put("message", Decision.Unlisted.MESSAGE);
      case Decision.Pass _ -> root.put("decision", "pass");
      case Decision.Rewrite rewrite -> {
        switch (rewrite.route(request.asked())) {
          case Route route ->
              root.put("decision", "rewrite").put("target", route.first().address().toString());
          case NoRoute none -> root.put("decision", "invalid").put("problem", none.problem());
        }
      }
      case Decision.Reject reject ->
          root.put("decision", "reject").put("message", reject.message());
      case Decision.Brownout _ -> root.put("decision", "brownout");
      case Decision.Report report ->
          decision(root.put("decision", "report").putObject("would_be"), report.wouldBe(), request);
    }
  }
}
