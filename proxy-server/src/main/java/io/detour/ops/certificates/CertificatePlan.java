package io.detour.ops.certificates;

import io.detour.core.Host;
import io.detour.core.HostPort;
import io.detour.ops.certificates.CertificateSurvey.Untested;
import io.detour.rules.Decision;
import io.detour.rules.Hop;
import io.detour.rules.Mode;
import io.detour.rules.Outcome;
import io.detour.rules.Route;
import io.detour.rules.Rule;
import io.detour.rules.condition.Lifetime.Expiry;
import io.detour.rules.condition.Lifetime.OnExpiry;
import io.detour.rules.condition.PortRange;
import io.detour.rules.host.HostMatcher;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Finds out which targets of rules can be tried out, and for which names. For one thread. */
final class CertificatePlan {
  private static final int HTTPS = 443;
  private static final int OTHER_HTTPS = 8443;
  private static final int HTTP = 80;

  private final Instant now;
  private final Mode least;
  private final Function<Rule, Set<Host>> seen;
  private final List<Trial> trials = new ArrayList<>();
  private final List<Untested> untested = new ArrayList<>();

  /**
   * A target of a rule with one of its legacy names. Equal as long as a change of the rules makes
   * no difference to it.
   *
   * @param to the target as the rule file has it
   */
  record Check(TargetCertificates.Place place, String to, Probe probe) {}

  record Trial(Rule rule, Check check) {
    Probe probe() {
      return check.probe();
    }
  }

  private CertificatePlan(Instant now, Mode least, Function<Rule, Set<Host>> seen) {
    this.now = now;
    this.least = least;
    this.seen = seen;
  }

  /** A plan for the exact hosts of all rules that are enforced and rewrite. */
  static CertificatePlan of(List<Rule> rules, Instant now) {
    return new CertificatePlan(now, Mode.ENFORCE, _ -> Set.of()).addAll(rules.stream());
  }

  /**
   * A plan for all rules that rewrite, or would if they were enforced.
   *
   * @param seen names that a rule decided by a suffix or an expression
   */
  static CertificatePlan ofUsed(Stream<Rule> rules, Instant now, Function<Rule, Set<Host>> seen) {
    return new CertificatePlan(now, Mode.REPORT, seen).addAll(rules);
  }

  private CertificatePlan addAll(Stream<Rule> rules) {
    rules.filter(rule -> rule.outcome() instanceof Outcome.Rewrite).forEach(this::add);
    return this;
  }

  List<Trial> trials() {
    return trials;
  }

  /** Rules that cannot be tried out, or not for all of their hosts. */
  List<Untested> untested() {
    return untested;
  }

  private void add(Rule rule) {
    OptionalInt port = port(rule.conditions().ports());
    if (rule.mode().atMost(least) != least) {
      skip(rule, rule.mode() == Mode.OFF ? "mode is off" : "mode is report");
    } else if (hasEnded(rule.lifetime().expiry())) {
      skip(rule, "expired");
    } else if (port.isEmpty()) {
      skip(rule, "not for port " + HTTPS);
    } else {
      addHosts(rule, port.getAsInt());
    }
  }

  private boolean hasEnded(@Nullable Expiry expiry) {
    return expiry != null && expiry.then() != OnExpiry.WARN && expiry.isOver(now.getEpochSecond());
  }

  /** The port that browsers ask for, or the only one that the rule is for. */
  private static OptionalInt port(List<PortRange> ports) {
    if (ports.isEmpty() || contain(ports, HTTPS)) {
      return OptionalInt.of(HTTPS);
    }
    if (contain(ports, OTHER_HTTPS)) {
      return OptionalInt.of(OTHER_HTTPS);
    }
    PortRange first = ports.getFirst();
    return ports.size() == 1 && first.first() == first.last() && first.first() != HTTP
        ? OptionalInt.of(first.first())
        : OptionalInt.empty();
  }

  private static boolean contain(List<PortRange> ports, int port) {
    return ports.stream().anyMatch(range -> range.contains(port));
  }

  private void addHosts(Rule rule, int port) {
    boolean others = false;
    int before = trials.size();
    for (HostMatcher matcher : rule.hosts()) {
      switch (matcher) {
        case HostMatcher.Exact exact ->
            addTargets(new Decision.Rewrite(rule, exact), new HostPort(exact.host(), port));
        case HostMatcher.Suffix _, HostMatcher.Regex _ -> others = true;
      }
    }
    if (others) {
      addSeen(rule, port);
      skip(rule, trials.size() == before ? "no exact host" : "not all of its hosts are exact");
    }
  }

  private void addSeen(Rule rule, int port) {
    for (Host name : seen.apply(rule)) {
      HostMatcher matcher = rule.matcher(name);
      if (matcher != null && !(matcher instanceof HostMatcher.Exact)) {
        addTargets(new Decision.Rewrite(rule, matcher), new HostPort(name, port));
      }
    }
  }

  private void addTargets(Decision.Rewrite rewrite, HostPort asked) {
    switch (rewrite.route(asked)) {
      case Decision.Refuse refusal -> skip(rewrite.rule(), refusal.message());
      case Route route -> {
        for (Hop hop : route.hops()) {
          if (hop.target() != Hop.ASKED) {
            Probe probe =
                new Probe(hop.address(), hop.via(), hop.allow(), asked.host(), Probe.Depth.TLS);
            Rule rule = rewrite.rule();
            var place = new TargetCertificates.Place(rule.name(), hop.target());
            String to = ((Outcome.Rewrite) rule.outcome()).targets().get(hop.target()).toString();
            trials.add(new Trial(rule, new Check(place, to, probe)));
          }
        }
      }
    }
  }

  private void skip(Rule rule, String reason) {
    untested.add(new Untested(rule, reason));
  }
}
