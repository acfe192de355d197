package io.detour.server;

import io.detour.rules.Captures;
import io.detour.rules.Decision;
import io.detour.rules.Explanation;
import io.detour.rules.Match;
import io.detour.rules.Rule;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * An explanation for people: a line for each rule passed over, the match, what it found, the end.
 */
final class ExplanationText {
  private ExplanationText() {}

  /** Lines without a line end behind the last. */
  static String of(Explanation explanation) {
    StringBuilder text = new StringBuilder();
    line(text, "asked", explanation.asked().toString());
    for (Explanation.PassedOver passedOver : explanation.passedOver()) {
      line(text, "not", rule(passedOver.rule()) + ": " + passedOver.reason());
    }
    Match match = explanation.match();
    if (match == null) {
      line(text, "match", "no rule");
    } else {
      line(text, "match", rule(match.rule()) + ": host matches " + match.matcher());
      String captures = captures(match.captures());
      if (!captures.isEmpty()) {
        line(text, "found", captures);
      }
    }
    line(text, "result", result(explanation.decision()));
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

  private static String result(Decision decision) {
    return switch (decision) {
      case Decision.Unmatched _ -> "pass: the asked host is dialled";
      case Decision.Pass _ -> "pass: the asked host is dialled";
      case Decision.Rewrite rewrite -> "rewrite: " + rewrite.target() + " is dialled";
      case Decision.Reject reject -> "reject: 403, " + reject.message();
      case Decision.Invalid invalid -> "invalid: 502, " + invalid.problem();
    };
  }
}
