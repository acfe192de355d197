package io.detour.ops.replay;

import io.detour.core.Address;
import io.detour.core.Host;
import io.detour.core.HostPort;
import io.detour.core.Parsed;
import io.detour.ops.replay.ReplayResult.Change;
import io.detour.ops.replay.ReplayResult.ChangeGroup;
import io.detour.ops.replay.ReplayResult.Changes;
import io.detour.rules.Decision;
import io.detour.rules.FallbackError;
import io.detour.rules.Rule.LogLevel;
import io.detour.rules.RuleSet;
import io.detour.rules.condition.Request;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Decides logged requests again, by other rules, and collects what changes.
 *
 * <p>A logged target is the last that was dialled, which need not be the first of the old rule: a
 * fallback may have answered, and is then remembered for a while and dialled at once. A target that
 * is among those of the new rules is therefore no change, except in one case: it was dialled first
 * although another stands before it in the new rules, and no line of the log shows that the old
 * rule ever came to it by a fallback. That is only known at the end of the log.
 *
 * <p>Of a request that was refused before anything was dialled, for its port for example, only
 * action and mode are compared.
 *
 * <p>In bounded memory. One thread.
 */
public final class Replay implements Consumer<LoggedRequest> {
  private static final int MAX_CLIENTS = 200_000;
  private static final int MAX_FALLBACKS = 100_000;
  private static final Set<String> DIALLED_IN_VAIN =
      Stream.of(FallbackError.values()).map(FallbackError::token).collect(Collectors.toSet());

  private final RuleSet rules;
  private final ChangeGroups.Budget clients = new ChangeGroups.Budget(MAX_CLIENTS);
  private final ChangeGroups changed = new ChangeGroups(clients);
  private final ChangeGroups renamed = new ChangeGroups(clients);

  /** Where another target now stands before the one that was dialled first. */
  private final ChangeGroups overtaken = new ChangeGroups(clients);

  private final Set<Fallen> fallbacks = new HashSet<>();
  private long requests;
  private long undecided;

  /** That a rule came to a target by a fallback. */
  private record Fallen(@Nullable String rule, HostPort target) {}

  public Replay(RuleSet rules) {
    this.rules = rules;
  }

  /** Takes a request, in the order of the log. */
  @Override
  public void accept(LoggedRequest request) {
    requests++;
    HostPort asked = request.asked();
    Ruling was = ruling(request);
    if (asked == null || was == null) {
      undecided++;
      return;
    }
    Decision decision = rules.decide(request(request, asked));
    if (request.ruling() == null && isSilent(decision)) {
      return;
    }
    collect(new Change(asked, was, Ruling.of(decision, asked)), request);
  }

  /** What changed in all lines so far. */
  public ReplayResult finish() {
    List<ChangeGroup> moved = new ArrayList<>(changed.groups(change -> true));
    moved.addAll(overtaken.groups(change -> !isByFallback(change)));
    moved.sort(ChangeGroups.MOST_FREQUENT_FIRST);
    List<ChangeGroup> sameEffect = new ArrayList<>(renamed.groups(change -> true));
    sameEffect.addAll(overtaken.groups(change -> isByFallback(change) && isRenamed(change)));
    sameEffect.sort(ChangeGroups.MOST_FREQUENT_FIRST);
    return new ReplayResult(
        requests,
        undecided,
        Changes.of(moved, changed.ungrouped() + overtaken.ungrouped()),
        Changes.of(sameEffect, renamed.ungrouped()));
  }

  /**
   * What the rules said, or null if that cannot be known. A request that was dialled in vain and
   * has no line of a rule was left alone by all rules that are logged.
   */
  private static @Nullable Ruling ruling(LoggedRequest request) {
    LoggedRequest.Refused refusal = request.refusal();
    boolean byRule = request.ruling() != null && request.ruling().rule() != null;
    if (byRule || refusal == null) {
      return request.ruling();
    }
    Decision.Refuse unlisted = Decision.Unlisted.REFUSAL;
    if (refusal.status() == unlisted.status() && unlisted.message().equals(refusal.details())) {
      return Ruling.UNLISTED;
    }
    boolean dialled = refusal.error() != null && DIALLED_IN_VAIN.contains(refusal.error());
    return dialled || request.ruling() != null ? Ruling.UNMATCHED : null;
  }

  private static Request request(LoggedRequest request, HostPort asked) {
    return new Request(
        asked, address(request.client()), request.user(), request.time().getEpochSecond());
  }

  private static @Nullable Address address(String client) {
    return switch (Host.parse(client)) {
      case Parsed.Value(Host host) -> host.isAddress() ? Address.of(host) : null;
      case Parsed.Malformed(_) -> null;
    };
  }

  /** Whether a rule decides that would leave no line in the log. */
  private static boolean isSilent(Decision decision) {
    return decision instanceof Decision.Ruled ruled && ruled.rule().log().level() == LogLevel.OFF;
  }

  private void collect(Change change, LoggedRequest request) {
    Ruling was = change.was();
    Ruling now = change.now();
    if (was.effect() != now.effect() || was.mode() != now.mode()) {
      changed.add(change, request);
    } else if (was.isGoalUnknown() || !was.isRewrite() || was.goals().equals(now.goals())) {
      keep(change, request);
    } else if (!was.isEnforced()
        || !now.goals().containsAll(was.goals())
        || was.goals().isEmpty()) {
      changed.add(change, request);
    } else if (was.goals().getFirst().equals(now.goals().getFirst())) {
      keep(change, request);
    } else if (request.attempts() == 1) {
      overtaken.add(change, request);
    } else {
      if (request.attempts() > 1) {
        rememberFallback(new Fallen(was.rule(), was.goals().getFirst()));
      }
      keep(change, request);
    }
  }

  private void keep(Change change, LoggedRequest request) {
    if (isRenamed(change)) {
      renamed.add(change, request);
    }
  }

  private static boolean isRenamed(Change change) {
    return !Objects.equals(change.was().rule(), change.now().rule());
  }

  private void rememberFallback(Fallen fallen) {
    if (fallbacks.size() < MAX_FALLBACKS) {
      fallbacks.add(fallen);
    }
  }

  private boolean isByFallback(Change change) {
    return fallbacks.contains(new Fallen(change.was().rule(), change.was().goals().getFirst()));
  }
}
