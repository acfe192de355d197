package io.detour.ops.explain;

import static java.util.stream.Collectors.joining;

import io.detour.core.AddressClass;
import io.detour.core.HostPort;
import io.detour.core.Printable;
import io.detour.ops.certificates.ProbeReport;
import io.detour.ops.certificates.ProbeText;
import io.detour.rules.Decision;
import io.detour.rules.Explanation;
import io.detour.rules.Explanation.Skipped;
import io.detour.rules.FallbackError;
import io.detour.rules.Hop;
import io.detour.rules.Mode;
import io.detour.rules.Route;
import io.detour.rules.Rule;
import io.detour.rules.condition.Brownout;
import io.detour.rules.condition.Conditions.Rollout;
import io.detour.rules.condition.Conditions.SkipReason;
import io.detour.rules.condition.Lifetime;
import io.detour.rules.condition.Lifetime.OnExpiry;
import io.detour.rules.condition.Request;
import io.detour.rules.document.Fields;
import io.detour.rules.host.Captures;
import io.detour.rules.host.HostMatcher;
import io.detour.rules.host.LegacyZone;
import io.detour.server.dial.Parent;
import io.detour.server.status.Refusal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** For people: a line for each fact, a label of 8 characters in front; foreign text is escaped. */
public final class ExplanationText {
  /** Skipped rules that are shown although not even their host matches. */
  static final int MAX_OTHER_HOSTS = 10;

  private final List<String> lines = new ArrayList<>();
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
    text.skipped();
    text.match();
    text.targets();
    text.results();
    return List.copyOf(text.lines);
  }

  private void add(String label, String content) {
    lines.add(String.format("%-8s%s", label, content));
  }

  private void asked() {
    HostPort asked = request.asked();
    if (Stream.of(asked.toString(), asked.host().bracketed()).noneMatch(full.written()::equals)) {
      add("written", Printable.quoted(full.written()));
    }
    add("asked", asked.toString());
    String client =
        Stream.of(
                request.client() == null ? null : request.client().toString(),
                request.user() == null ? null : "user " + Printable.quoted(request.user()))
            .filter(Objects::nonNull)
            .collect(joining(", "));
    if (!client.isEmpty()) {
      add("client", client);
    }
    if (dependsOnTime()) {
      add("time", full.local(request.epochSecond()).toString());
    }
  }

  private boolean dependsOnTime() {
    Rule rule = explanation.decision().rule();
    return request.epochSecond() != Request.NO_TIME
        && ((rule != null && !rule.lifetime().equals(Lifetime.ALWAYS))
            || explanation.skipped().stream()
                .anyMatch(each -> each.reason() == SkipReason.EXPIRED));
  }

  /** Of many rules those whose host matches are of interest. */
  private void skipped() {
    int hosts = 0;
    for (Skipped each : explanation.skipped()) {
      if (each.reason() != SkipReason.HOST || hosts++ < MAX_OTHER_HOSTS) {
        add("not", rule(each.rule()) + ": " + each.why());
      }
    }
    int more = hosts - MAX_OTHER_HOSTS;
    if (more > 0) {
      add("not", more + " more, whose host does not match (all of them: --json)");
    }
  }

  private static String rule(Rule rule) {
    return rule.name() + " (" + Printable.escaped(rule.position().toString()) + ")";
  }

  private static String kind(LegacyZone zone) {
    return switch (zone) {
      case HostMatcher.Suffix _ -> "suffix";
      case LegacyZone.Network _ -> "network";
    };
  }

  private void match() {
    if (!(explanation.decision() instanceof Decision.Ruled ruled)) {
      add("match", "no rule");
      LegacyZone zone = explanation.legacyZone();
      if (zone != null) {
        add(
            "legacy",
            zone.text() + " is a legacy " + kind(zone) + ": the request is logged and counted");
      }
      return;
    }
    Rule rule = ruled.rule();
    add("match", rule(rule) + ": host matches " + ruled.matcher());
    found(ruled.matcher().match(request.asked().host()));
    note("owner", rule.notes().owner());
    note("ticket", rule.notes().ticket());
    note("reason", rule.notes().reason());
    add("mode", mode(rule.mode()));
    int percent = rule.conditions().rollout().percent();
    if (percent < Rollout.ALL) {
      add("rollout", percent + " % of the clients, this one (by its address) among them");
    }
    lifetime(rule);
  }

  private void found(@Nullable Captures captures) {
    switch (captures) {
      case null -> {}
      case Captures.None _ -> {}
      case Captures.Prefix(String prefix) -> add("found", "{prefix} = " + shown(prefix));
      case Captures.Groups(List<String> texts) ->
          add(
              "found",
              IntStream.range(0, texts.size())
                  .mapToObj(i -> "{" + i + "} = " + shown(texts.get(i)))
                  .collect(joining(", ")));
    }
  }

  private static String shown(String captured) {
    return captured.isEmpty() ? "(empty)" : captured;
  }

  private void note(String label, @Nullable String text) {
    if (text != null) {
      add(label, Printable.escaped(text));
    }
  }

  private static String mode(Mode mode) {
    return switch (mode) {
      case ENFORCE -> "enforce";
      case REPORT -> "report: the rule changes nothing, the log says what it would have done";
      case OFF -> throw new IllegalStateException("a rule that is off matches nothing");
    };
  }

  private void lifetime(Rule rule) {
    FullExplanation.Term term = full.term(rule);
    if (term != null) {
      String then = (term.daysLeft() < 0 ? "it " : "then it ") + end(term.expiry().then());
      add("expires", term.expiry().lastDay() + ", " + left(term.daysLeft()) + "; " + then);
    }
    Brownout brownout = rule.lifetime().brownout();
    if (brownout != null) {
      boolean active = explanation.decision().meant() instanceof Decision.Brownout;
      add("pauses", "brownout at " + brownout + (active ? ": now" : ", not now"));
    }
  }

  private static String left(long daysLeft) {
    if (daysLeft == 0) {
      return "today";
    }
    long days = Math.abs(daysLeft);
    return days + (days == 1 ? " day " : " days ") + (daysLeft > 0 ? "left" : "ago");
  }

  private static String end(OnExpiry then) {
    return switch (then) {
      case WARN -> "goes on (warn)";
      case DISABLE -> "matches nothing (disable)";
      case REJECT -> "answers " + Decision.Unlisted.REFUSAL.status() + " (reject)";
    };
  }

  private void targets() {
    if (full.meant() instanceof Route route) {
      List<Hop> hops = route.hops();
      for (int i = 0; i < hops.size(); i++) {
        add("target", (hops.size() == 1 ? "" : i + 1 + ": ") + target(hops.get(i)));
        report(hops.get(i));
      }
      if (hops.size() > 1) {
        add("next", next(route.fallbackOn()));
      }
    } else if (full.depth() != null) {
      add("target", "none, so nothing was tried out");
    }
  }

  private String target(Hop hop) {
    StringBuilder text = new StringBuilder(hop.address().toString());
    if (hop.target() == Hop.ASKED) {
      text.append(", the asked host");
    }
    if (hop.via() != null) {
      Parent parent = full.parents().get(hop.via());
      text.append(" via ").append(Printable.escaped(hop.via()));
      text.append(parent == null ? " (no parent of this name is known here)" : " (" + parent + ")");
    }
    if (!hop.allow().isEmpty()) {
      text.append(", allowed to be ").append(words(hop.allow()));
    }
    return text.toString();
  }

  private static String words(Set<AddressClass> classes) {
    return classes.stream().sorted().map(Fields::wordOf).collect(joining(", "));
  }

  private void report(Hop hop) {
    ProbeReport report = full.report(hop);
    if (report != null) {
      ProbeText.of(report).forEach(line -> add("", line));
    } else if (full.depth() != null) {
      add("", "not tried out: the time was up");
    }
  }

  private static String next(Set<FallbackError> errors) {
    if (errors.isEmpty()) {
      return "never: fallback_on is empty";
    }
    return errors.equals(FallbackError.ALL)
        ? "after any failure to resolve or to connect"
        : "after " + errors.stream().sorted().map(FallbackError::token).collect(joining(", "));
  }

  private void results() {
    Decision.Result result = full.result();
    add("result", text("tunnel", result));
    other("http", "plain HTTP request", full.plainHttp(), result);
    other("now", "tunnel", full.now(), result);
    other("would", "tunnel", full.wouldBe(), result);
  }

  private void other(
      String label, String what, Decision.@Nullable Result other, Decision.Result result) {
    if (other != null && !other.equals(result)) {
      add(label, text(what, other));
    }
  }

  private String text(String what, Decision.Result result) {
    return switch (result) {
      case Route route -> {
        boolean alone = route.hops().size() == 1 || route.fallbackOn().isEmpty();
        String others = alone ? "" : ", or to the next target that answers";
        yield what + " to " + target(route.first()) + others;
      }
      case Decision.Refuse refusal -> Refusal.of(refusal).line() + until(refusal.retryAfter());
    };
  }

  private String until(@Nullable Duration retryAfter) {
    return retryAfter == null
        ? ""
        : ", until " + full.local(request.epochSecond() + retryAfter.toSeconds());
  }
}
