package io.detour.ops.explain;

import static java.util.stream.Collectors.joining;

import io.detour.core.HostPort;
import io.detour.core.Printable;
import io.detour.rules.Decision;
import io.detour.rules.Explanation;
import io.detour.rules.Explanation.PassedOver;
import io.detour.rules.Mode;
import io.detour.rules.Rule;
import io.detour.rules.condition.Brownout;
import io.detour.rules.condition.Conditions.Rollout;
import io.detour.rules.condition.Conditions.SkipReason;
import io.detour.rules.condition.Lifetime;
import io.detour.rules.condition.Request;
import io.detour.rules.host.Captures;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * An explanation for people: a line for each fact, a short label in front. What comes from outside
 * is escaped and cut.
 */
public final class ExplanationText {
  /** Rules passed over that are shown although not even their host matches. */
  static final int SHOWN_FOR_HOST = 10;

  private final TextLines lines = new TextLines();
  private final FullExplanation full;
  private final Explanation explanation;
  private final Request request;

  private ExplanationText(FullExplanation full) {
    this.full = full;
    this.explanation = full.explanation();
    this.request = full.request();
  }

  /** Lines without a line end. */
  public static List<String> of(FullExplanation full) {
    ExplanationText text = new ExplanationText(full);
    text.asked();
    text.passedOver();
    text.match();
    new RouteText(full, text.lines).write();
    return text.lines.all();
  }

  private void asked() {
    HostPort asked = request.asked();
    if (Stream.of(asked.toString(), asked.host().bracketed()).noneMatch(full.written()::equals)) {
      lines.add("written", Printable.quoted(full.written()));
    }
    lines.add("asked", asked.toString());
    String client =
        Stream.of(
                request.client() == null ? null : request.client().toString(),
                request.user() == null ? null : "user " + Printable.quoted(request.user()))
            .filter(each -> each != null)
            .collect(joining(", "));
    if (!client.isEmpty()) {
      lines.add("client", client);
    }
    if (dependsOnTime()) {
      lines.add("time", full.local(request.epochSecond()).toString());
    }
  }

  private boolean dependsOnTime() {
    Rule rule = explanation.decision().rule();
    return request.epochSecond() != Request.NO_TIME
        && ((rule != null && !rule.lifetime().equals(Lifetime.ALWAYS))
            || explanation.passedOver().stream()
                .anyMatch(each -> each.obstacle() == SkipReason.EXPIRED));
  }

  /** Of many rules those whose host matches are of interest. */
  private void passedOver() {
    int hosts = 0;
    for (PassedOver each : explanation.passedOver()) {
      if (each.obstacle() != SkipReason.HOST || hosts++ < SHOWN_FOR_HOST) {
        lines.add("not", rule(each.rule()) + ": " + each.reason());
      }
    }
    int more = hosts - SHOWN_FOR_HOST;
    if (more > 0) {
      lines.add("not", more + " more, whose host does not match (all of them: --json)");
    }
  }

  private static String rule(Rule rule) {
    return rule.name() + " (" + Printable.escaped(rule.position().toString()) + ")";
  }

  private void match() {
    if (!(explanation.decision() instanceof Decision.Ruled ruled)) {
      lines.add("match", "no rule");
      if (explanation.legacySuffix() != null) {
        lines.add(
            "legacy",
            explanation.legacySuffix().text()
                + " is a legacy suffix: the request is logged and counted");
      }
      return;
    }
    Rule rule = ruled.rule();
    lines.add("match", rule(rule) + ": host matches " + ruled.matcher());
    found(ruled.matcher().match(request.asked().host()));
    notes(rule.notes());
    lines.add("mode", mode(rule.mode()));
    rollout(rule.scope().rollout());
    lifetime(rule);
  }

  private void found(@Nullable Captures captures) {
    switch (captures) {
      case null -> {}
      case Captures.None _ -> {}
      case Captures.Prefix(String prefix) -> lines.add("found", "{prefix} = " + shown(prefix));
      case Captures.Groups(List<String> texts) ->
          lines.add(
              "found",
              IntStream.range(0, texts.size())
                  .mapToObj(i -> "{" + i + "} = " + shown(texts.get(i)))
                  .collect(joining(", ")));
    }
  }

  private static String shown(String captured) {
    return captured.isEmpty() ? "(empty)" : captured;
  }

  private void notes(Rule.Notes notes) {
    note("owner", notes.owner());
    note("ticket", notes.ticket());
    note("reason", notes.reason());
  }

  private void note(String label, @Nullable String text) {
    if (text != null) {
      lines.add(label, Printable.escaped(text));
    }
  }

  private static String mode(Mode mode) {
    return switch (mode) {
      case ENFORCE -> "enforce";
      case REPORT -> "report: the rule changes nothing, the log says what it would have done";
      case OFF -> throw new IllegalStateException("a rule that is off matches nothing");
    };
  }

  private void rollout(Rollout rollout) {
    if (rollout.percent() < Rollout.ALL) {
      lines.add(
          "rollout", rollout.percent() + " % of the clients, this one (by its address) among them");
    }
  }

  private void lifetime(Rule rule) {
    Term term = Term.of(rule, request, full.zone());
    if (term != null) {
      lines.add("expires", term.text());
    }
    Brownout brownout = rule.lifetime().brownout();
    if (brownout != null) {
      boolean active = full.meantDecision() instanceof Decision.Brownout;
      lines.add("pauses", "brownout at " + brownout + (active ? ": now" : ", not now"));
    }
  }
}
