package io.detour.rules.lint;

import io.detour.core.AddressClass;
import io.detour.core.Host;
import io.detour.core.HostPort;
import io.detour.core.Parsed;
import io.detour.core.Printable;
import io.detour.rules.Fallback;
import io.detour.rules.HostRewrite;
import io.detour.rules.Outcome;
import io.detour.rules.Rule;
import io.detour.rules.Target;
import io.detour.rules.condition.When;
import io.detour.rules.document.Fields.Keys;
import io.detour.rules.host.Captures;
import io.detour.rules.host.HostMatcher;
import io.detour.rules.lint.Lint.Setting;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Finds targets that make no difference, and such that cannot be meant. */
record Targets(Claims claims, Setting setting, Findings findings) {
  private static final List<Host> LOOPBACK =
      Stream.of("127.0.0.1", "::1").map(Host::parse).map(Parsed::orElseThrow).toList();

  void look(Rule rule) {
    if (!(rule.outcome() instanceof Outcome.Rewrite rewrite)) {
      return;
    }
    lookForNoOp(rule, rewrite);
    lookForFailure(rule, rewrite);
    lookAtFallback(rule, rewrite);
    for (Target target : rewrite.targets()) {
      lookForParent(rule, target);
      lookForListener(rule, target);
    }
  }

  private void lookForNoOp(Rule rule, Outcome.Rewrite rewrite) {
    if (rewrite.targets().stream().allMatch(target -> isAsked(rule, target))) {
      findings.add(
          Code.NO_OP, rule, "leads to the asked host itself (did you mean \"action: pass\"?)");
    }
  }

  /** Whether a target is always the place that was asked for, dialled as usual. */
  static boolean isAsked(Rule rule, Target target) {
    return target.way().equals(Target.Way.DIRECT)
        && (target.port().isEmpty() || target.port().equals(rule.conditions().onlyPort()))
        && rule.hosts().stream().allMatch(matcher -> isSame(target.host(), matcher));
  }

  /** Whether what a target is depends on what a matcher finds in the host. */
  static boolean haveTemplate(Rule rule) {
    return rule.outcome() instanceof Outcome.Rewrite rewrite
        && rewrite.targets().stream().anyMatch(t -> t.host() instanceof HostRewrite.Template);
  }

  private static boolean isSame(HostRewrite rewrite, HostMatcher matcher) {
    return switch (rewrite) {
      case HostRewrite.Original _ -> true;
      case HostRewrite.Constant(Host host) ->
          matcher instanceof HostMatcher.Exact exact && exact.host().equals(host);
      case HostRewrite.Template template ->
          switch (matcher) {
            case HostMatcher.Exact _ -> false;
            case HostMatcher.Suffix suffix ->
                template.toString().equals("{prefix}." + suffix.domain());
            case HostMatcher.Regex _ -> template.toString().equals("{0}");
          };
    };
  }

  /** A target that cannot be filled in ends the request, whatever the others are. */
  private void lookForFailure(Rule rule, Outcome.Rewrite rewrite) {
    if (!rule.takesSome()) {
      return;
    }
    for (HostMatcher matcher : rule.hosts()) {
      if (matcher instanceof HostMatcher.Suffix suffix && suffix.withApex()) {
        HostRewrite.Template failing = failingAtApex(rewrite, suffix.domain());
        if (failing != null && isReached(rule, suffix.domain())) {
          findings.add(
              Code.TEMPLATE_FAILS,
              rule,
              "target %s makes no host of %s itself, which gets 502 (did you mean \".%s\"?)"
                  .formatted(failing, suffix.domain(), suffix.domain()));
        }
      }
    }
  }

  /** A template that makes no host with nothing before the domain, or null. */
  private static HostRewrite.@Nullable Template failingAtApex(Outcome.Rewrite rewrite, Host apex) {
    for (Target target : rewrite.targets()) {
      if (target.host() instanceof HostRewrite.Template template
          && template.apply(apex, new Captures.Prefix("")) instanceof Parsed.Malformed<Host>) {
        return template;
      }
    }
    return null;
  }

  /** Whether no rule before takes all requests for a host. */
  private boolean isReached(Rule rule, Host host) {
    return claims.first(
            new HostMatcher.Exact(host),
            before -> before.index() < rule.index() && before.takesAllOf(rule))
        == null;
  }

  private void lookAtFallback(Rule rule, Outcome.Rewrite rewrite) {
    boolean never = rewrite.fallback().on().isEmpty();
    boolean askedFirst = rewrite.fallback().when() == When.ON_FAILURE;
    int places = rewrite.targets().size() + (askedFirst ? 1 : 0);
    if (places > 1 && never) {
      Target first = rewrite.targets().get(askedFirst ? 0 : 1);
      findings.add(
          Code.UNUSED_TARGET, rule, "target " + first + " is never tried: fallback_on is empty");
    }
    if (places == 1 && !rewrite.fallback().equals(Fallback.DEFAULT)) {
      findings.add(
          Code.UNUSED_FALLBACK, rule, "fallback_on has no effect: there is only one target");
    }
    Set<Target> seen = new HashSet<>();
    for (Target target : rewrite.targets()) {
      boolean asked = askedFirst && isAsked(rule, target);
      if (!seen.add(target) || (asked && rewrite.targets().size() > 1)) {
        findings.add(Code.REPEATED_TARGET, rule, "target " + target + " is tried twice");
        return;
      }
    }
  }

  private void lookForParent(Rule rule, Target target) {
    String via = target.way().via();
    Set<String> parents = setting.parents();
    if (via != null && parents != null && !parents.contains(via)) {
      String meant = Keys.closest(via, parents);
      findings.add(
          Code.UNKNOWN_PARENT,
          rule,
          "via: there is no parent %s%s"
              .formatted(
                  Printable.quoted(via),
                  meant == null ? "" : " (did you mean " + Printable.quoted(meant) + "?)"));
    }
  }

  private void lookForListener(Rule rule, Target target) {
    for (HostPort address : addresses(rule, target)) {
      if (setting.ownListener().test(address)) {
        findings.add(
            Code.OWN_LISTENER,
            rule,
            "target " + target + " is a listener of this Detour itself (" + address + ")");
        return;
      }
    }
  }

  /** Where a target is dialled directly, as far as that is known and always the same. */
  private static List<HostPort> addresses(Rule rule, Target target) {
    OptionalInt port = target.port().isPresent() ? target.port() : rule.conditions().onlyPort();
    boolean direct =
        target.way().via() == null && !target.way().allow().contains(AddressClass.SELF);
    return direct && port.isPresent() && target.host() instanceof HostRewrite.Constant(Host host)
        ? addresses(host).map(address -> new HostPort(address, port.getAsInt())).toList()
        : List.of();
  }

  /** The addresses of a host that needs no resolver (RFC 6761 6.3), or none. */
  private static Stream<Host> addresses(Host host) {
    if (host.isAddress()) {
      return Stream.of(host);
    }
    boolean local = host.name().equals("localhost") || host.name().endsWith(".localhost");
    return local ? LOOPBACK.stream() : Stream.empty();
  }
}
