package io.detour.ops.explain;

import static java.util.stream.Collectors.joining;

import io.detour.core.AddressClass;
import io.detour.core.Printable;
import io.detour.ops.certificates.ProbeReport;
import io.detour.ops.certificates.ProbeText;
import io.detour.rules.FallbackError;
import io.detour.rules.Hop;
import io.detour.rules.Route;
import io.detour.server.decide.Consequence;
import io.detour.server.dial.Parent;
import io.detour.server.status.Refusal;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Where a request goes, what trying it out came to, and what the client gets. */
final class RouteText {
  private final FullExplanation full;
  private final TextLines lines;

  RouteText(FullExplanation full, TextLines lines) {
    this.full = full;
    this.lines = lines;
  }

  void write() {
    Consequence meant = full.meant();
    if (meant instanceof Consequence.Dialled(Route route)) {
      List<Hop> hops = route.hops();
      for (int i = 0; i < hops.size(); i++) {
        lines.add("target", (hops.size() == 1 ? "" : i + 1 + ": ") + target(hops.get(i)));
        report(hops.get(i));
      }
      if (hops.size() > 1) {
        lines.add("next", next(route.fallbackOn()));
      }
    } else if (full.depth() != null) {
      lines.add("target", "none, so nothing was tried out");
    }
    Consequence consequence = full.consequence();
    lines.add("result", result("tunnel", consequence));
    Consequence plainHttp = full.plainHttp();
    if (plainHttp != null && !plainHttp.equals(consequence)) {
      lines.add("http", result("plain HTTP request", plainHttp));
    }
    Consequence now = full.now();
    if (now != null && !now.equals(consequence)) {
      lines.add("now", result("tunnel", now));
    }
    Consequence wouldBe = full.wouldBe();
    if (wouldBe != null && !wouldBe.equals(consequence)) {
      lines.add("would", result("tunnel", wouldBe));
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
    return classes.stream()
        .sorted()
        .map(each -> each.name().toLowerCase(Locale.ROOT))
        .collect(joining(", "));
  }

  private void report(Hop hop) {
    if (full.depth() == null) {
      return;
    }
    ProbeReport report = full.report(hop);
    if (report == null) {
      lines.add("", "not tried out: the time was up");
    } else {
      ProbeText.of(report).forEach(line -> lines.add("", line));
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

  private String result(String what, Consequence consequence) {
    return switch (consequence) {
      case Consequence.Dialled(Route route) -> {
        String others = route.hops().size() == 1 || route.fallbackOn().isEmpty() ? "" : ", or to ";
        yield what
            + " to "
            + target(route.first())
            + others
            + (others.isEmpty() ? "" : "the next target that answers");
      }
      case Consequence.Refused(Refusal refusal) -> refusal.line() + until(refusal);
    };
  }

  private String until(Refusal refusal) {
    return refusal.retryAfter() == null
        ? ""
        : ", until " + full.local(full.request().epochSecond() + refusal.retryAfter().toSeconds());
  }
}
