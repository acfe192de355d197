package io.detour.server;

import io.detour.rules.Captures;
import io.detour.rules.Decision;
import io.detour.rules.Explanation;
import io.detour.rules.Hop;
import io.detour.rules.NoRoute;
import io.detour.rules.Request;
import io.detour.rules.Route;
import io.detour.rules.Rule;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * An explanation for people: a line for each rule passed over, the match, what it found, where the
 * request goes.
 */
final class ExplanationText {
  private ExplanationText() {}

  /** Lines without a line end behind the last. */
  static String of(Explanation explanation) {
    StringBuilder text = new StringBuilder();
    Request request = explanation.request();
    line(text, "asked", request.asked().toString());
    if (request.client() != null) {
      line(text, "client", request.client().toString());
    }
    for (Explanation.PassedOver passedOver : explanation.passedOver()) {
      line(text, "not", rule(passedOver.rule()) + ": " + passedOver.reason());
    }
    if (explanation.decision() instanceof Decision.Ruled ruled) {
      line(text, "match", rule(ruled.rule()) + ": host matches " + ruled.matcher());
    } else {
      line(text, "match", "no rule");
    }
    if (explanation.legacySuffix() != null) {
      line(text, "legacy", "legacy suffix " + explanation.legacySuffix().text());
    }
    Decision.Rewrite rewrite = explanation.rewrite();
    if (rewrite != null) {
      String captures = captures(rewrite.captures(request.asked().host()));
      if (!captures.isEmpty()) {
        line(text, "found", captures);
      }
    }
    result(text, explanation.decision(), request);
    return text.toString().stripTrailing();
  }

  private static void line(StringBuilder text, String label, String content) {
    text.append(String.format("%-8s%s%n", label, content));
  }

  private static String rule(Rule rule) {
    return rule.name() + " (" + rule.position() + ")";
  }

  private static String captures(Captures captures) {
    return switch (captures) {
      case Captures.None _ -> "";
      case Captures.Prefix prefix ->
          "{prefix} = " + (prefix.text().isEmpty() ? "(empty)" : prefix.text());
      case Captures.Groups(List<String> texts) ->
          IntStream.range(0, texts.size())
              .mapToObj(i -> "{" + i + "} = " + (texts.get(i).isEmpty() ? "(empty)" : texts.get(i)))
              .collect(Collectors.joining(", "));
    };
  }

  private static void result(StringBuilder text, Decision decision, Request request) {
    switch (decision) {
      case Decision.Unmatched _, Decision.Pass _ ->
          line(text, "result", "pass: the asked host is dialled");
      case Decision.Unlisted _ -> line(text, "result", "reject: 403, " + Decision.Unlisted.MESSAGE);
      case Decision.Rewrite rewrite -> rewrite(text, rewrite, request);
      case Decision.Reject reject -> line(text, "result", "reject: 403, " + reject.message());
      case Decision.Brownout _ -> line(text, "result", "brownout: 503 for a while");
      case Decision.Report report -> {
        line(text, "result", "pass: the asked host is dialled, since the rule only reports");
        result(text, report.wouldBe(), request);
      }
    }
  }

  private static void rewrite(StringBuilder text, Decision.Rewrite rewrite, Request request) {
    switch (rewrite.route(request.asked())) {
      case NoRoute none -> line(text, "result", "invalid: 502, " + none.problem());
      case Route route -> {
        line(text, "result", "rewrite: " + route.first().address() + " is dialled");
        for (Hop hop : route.hops().subList(1, route.hops().size())) {
          line(text, "or", hop.address() + " when that fails");
        }
      }
    }
  }
}
