package io.detour.server.log;

import io.detour.core.HostPort;
import io.detour.core.RelayPath;
import io.detour.core.TunnelStats;
import io.detour.rules.Decision;
import io.detour.rules.Rule;
import io.detour.rules.document.Fields;
import io.detour.server.account.RequestKind;
import io.detour.server.status.Refusal;
import java.net.SocketAddress;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * What clients did, as events on the logger {@value #LOGGER}: {@value #DECISION} for each request
 * that used a legacy name or failed, {@value #CLOSE} for each tunnel that has ended, {@value
 * #PROGRESS} for tunnels that are open, {@value #SUPPRESSED} for uses that got no line.
 *
 * <p>The message is the event's name, and the facts are its key-values, which the encoder escapes.
 * Credentials are never passed in. The appender's bounded queue drops when it is full, so a call
 * never waits. Any thread.
 */
public final class AccessLog {
  /** Name of the logger that all lines go to. */
  public static final String LOGGER = "detour.access";

  public static final String DECISION = "decision";
  public static final String CLOSE = "close";
  public static final String PROGRESS = "progress";
  public static final String SUPPRESSED = "suppressed";

  /** Longer ones are cut: nobody needs more, and clients choose them. */
  private static final int MAX_USER_AGENT = 256;

  private static final Logger ACCESS = LoggerFactory.getLogger(LOGGER);

  private final RequestIds ids = new RequestIds();
  private final @Nullable UseLimit limit;

  /** With so many lines a minute for the uses of a rule by a client; 0 for any number. */
  public AccessLog(int usesPerMinute) {
    limit = usesPerMinute == 0 ? null : new UseLimit(usesPerMinute);
  }

  public RequestIds ids() {
    return ids;
  }

  /**
   * Reports a request, if it used a legacy name or failed.
   *
   * @param volume what was transferred, or null if that is told later or nothing was
   * @return whether the end of a tunnel is to have a line: not if this has none because the rule
   *     wants none or because there have been too many like it
   */
  public boolean decision(
      Asked asked,
      @Nullable LegacyUse use,
      @Nullable Dialled dialled,
      RequestEnd end,
      @Nullable Volume volume) {
    Level level = level(use, end);
    if (level == null) {
      return use == null;
    }
    if (!ACCESS.isEnabledForLevel(level)) {
      return true;
    }
    UseLimit.Outcome outcome = end.isFailure() ? UseLimit.Outcome.FAILED : UseLimit.Outcome.SERVED;
    long suppressed = admit(use, asked, outcome);
    if (suppressed < 0) {
      return false;
    }
    new Line(level)
        .asked(asked)
        .use(use, asked.requested())
        .dialled(dialled)
        .volume(volume)
        .end(end)
        .suppressed(outcome, suppressed)
        .write(DECISION);
    return true;
  }

  /** Asks for a line: how many were suppressed since the last one, or -1 if this one is. */
  private long admit(@Nullable LegacyUse use, Asked asked, UseLimit.Outcome outcome) {
    return limit == null || use == null
        ? 0
        : limit.admit(use.name(), asked.client(), outcome, System.nanoTime());
  }

  /** Reports that a client was refused of whose request no more is known. */
  public void turnedAway(RequestKind kind, SocketAddress client, Refusal refusal) {
    Asked asked = Asked.unread(ids.next(), kind, client);
    var _ = decision(asked, null, null, RequestEnd.of(refusal), null);
  }

  private static @Nullable Level level(@Nullable LegacyUse use, RequestEnd end) {
    Level wanted = use == null ? null : use.level();
    return wanted == null && end.isFailure() ? Level.INFO : wanted;
  }

  public void close(
      Asked asked, @Nullable LegacyUse use, @Nullable HostPort target, TunnelStats stats) {
    closed(asked, use, target, stats).write(CLOSE);
  }

  /**
   * Reports a tunnel whose client has probably refused the certificate of the target, also if its
   * decision has no line.
   */
  public void closeRefused(
      Asked asked,
      LegacyUse use,
      @Nullable HostPort target,
      TunnelStats stats,
      boolean hasDecisionLine) {
    UseLimit.Outcome outcome = UseLimit.Outcome.FAILED;
    long suppressed = hasDecisionLine ? 0 : admit(use, asked, outcome);
    if (suppressed >= 0) {
      closed(asked, use, target, stats)
          .add(Keys.SUSPECTED_TLS_REFUSAL, true)
          .suppressed(outcome, suppressed)
          .write(CLOSE);
    }
  }

  private Line closed(
      Asked asked, @Nullable LegacyUse use, @Nullable HostPort target, TunnelStats stats) {
    return new Line(Level.INFO)
        .asked(asked)
        .add(Keys.RULE, use == null ? null : use.rule())
        .add(Keys.TARGET, target)
        .volume(new Volume(stats.upstreamBytes(), stats.downstreamBytes(), stats.duration()))
        .add(Keys.RELAY, Fields.wordOf(stats.path()))
        .add(Keys.CLOSE_REASON, Fields.wordOf(stats.reason()));
  }

  public void progress(TunnelProgress progress) {
    new Line(Level.INFO)
        .asked(progress.asked())
        .add(Keys.RULE, progress.rule())
        .add(Keys.TARGET, progress.target())
        .volume(progress.volume())
        .add(Keys.RELAY, Fields.wordOf(progress.relay()))
        .write(PROGRESS);
  }

  /** Reports what was suppressed of uses that have not gone on. To be called now and then. */
  public void sweep() {
    sweep(System.nanoTime());
  }

  /** Reports all that was suppressed. For the end of the log. */
  public void finish() {
    sweep(System.nanoTime() + UseLimit.MINUTE_NANOS);
  }

  private void sweep(long nanoTime) {
    if (limit != null) {
      limit.sweep(nanoTime, this::tellSuppressed);
    }
  }

  private void tellSuppressed(UseLimit.Key key, long suppressed) {
    new Line(Level.INFO)
        .add(Keys.CLIENT, key.client())
        .add(Keys.RULE, key.name())
        .suppressed(key.outcome(), suppressed)
        .write(SUPPRESSED);
  }

  private final class Line {
    private static final double NANOS_PER_MICRO = 1_000;
    private static final double MICROS_PER_MILLI = 1_000;

    private LoggingEventBuilder event;

    Line(Level level) {
      event = ACCESS.atLevel(level);
    }

    Line add(String key, @Nullable Object value) {
      if (value != null) {
        event = event.addKeyValue(key, value);
      }
      return this;
    }

    Line asked(Asked asked) {
      String agent = asked.userAgent();
      if (agent != null && agent.length() > MAX_USER_AGENT) {
        agent = agent.substring(0, MAX_USER_AGENT);
      }
      return add(Keys.ID, ids.text(asked.id()))
          .add(Keys.KIND, Fields.wordOf(asked.kind()))
          .add(Keys.CLIENT, asked.client())
          .add(Keys.USER, asked.user())
          .add(Keys.USER_AGENT, agent)
          .add(Keys.REQUESTED, asked.requested());
    }

    Line use(@Nullable LegacyUse use, @Nullable HostPort requested) {
      if (use == null) {
        return this;
      }
      Decision.Ruled decision = use.decision();
      if (decision == null) {
        return add(Keys.SUFFIX, use.name());
      }
      return requested == null ? this : ruled(decision, requested);
    }

    private Line ruled(Decision.Ruled decision, HostPort requested) {
      Rule rule = decision.rule();
      return add(Keys.RULE, rule.name())
          .add(Keys.ACTION, Fields.wordOf(decision.effect()))
          .add(Keys.MODE, Fields.wordOf(decision.mode()))
          .add(Keys.OWNER, rule.notes().owner())
          .add(Keys.MESSAGE, rule.log().message())
          .add(Keys.WOULD_REWRITE_TO, decision.wouldRewriteTo(requested));
    }

    Line dialled(@Nullable Dialled dialled) {
      if (dialled == null) {
        return this;
      }
      add(Keys.TARGET, dialled.target());
      if (dialled.attempts() > 0) {
        add(Keys.ATTEMPTS, dialled.attempts());
      }
      add(Keys.REMOTE, dialled.remoteText());
      if (dialled.attempts() > 0 && dialled.remote() != null) {
        add(Keys.DNS_MS, millis(dialled.dnsNanos()))
            .add(Keys.CONNECT_MS, millis(dialled.connectNanos()));
      }
      return this;
    }

    Line volume(@Nullable Volume volume) {
      if (volume == null) {
        return this;
      }
      return add(Keys.DURATION_MS, millis(volume.duration().toNanos()))
          .add(Keys.BYTES_UP, volume.upstreamBytes())
          .add(Keys.BYTES_DOWN, volume.downstreamBytes());
    }

    Line end(RequestEnd end) {
      return add(Keys.STATUS, end.status() == 0 ? null : end.status())
          .add(Keys.ERROR, end.error() == null ? null : end.error().token())
          .add(Keys.DETAILS, end.details());
    }

    Line suppressed(UseLimit.Outcome outcome, long count) {
      String key =
          switch (outcome) {
            case SERVED -> Keys.SUPPRESSED;
            case FAILED -> Keys.SUPPRESSED_FAILURES;
          };
      return add(key, count == 0 ? null : count);
    }

    void write(String name) {
      event.log(name);
    }

    private double millis(long nanos) {
      return Math.round(nanos / NANOS_PER_MICRO) / MICROS_PER_MILLI;
    }
  }

  /** What was transferred, and in what time. */
  public record Volume(long upstreamBytes, long downstreamBytes, Duration duration) {
    /** Since a {@link System#nanoTime}. */
    public static Volume since(long nanoTime, long upstreamBytes, long downstreamBytes) {
      Duration duration = Duration.ofNanos(System.nanoTime() - nanoTime);
      return new Volume(upstreamBytes, downstreamBytes, duration);
    }
  }

  /** A tunnel that is open, with what it has delivered since its relay began. Immutable. */
  public record TunnelProgress(
      Asked asked,
      @Nullable String rule,
      HostPort target,
      RelayPath relay,
      Instant since,
      AccessLog.Volume volume) {}

  /** Keys of the log, described in {@code docs/logs.md}. */
  public static final class Keys {
    public static final String TS = "ts";
    public static final String EVENT = "event";
    public static final String ID = "id";
    public static final String KIND = "kind";
    public static final String CLIENT = "client";
    public static final String USER = "user";
    public static final String USER_AGENT = "user_agent";
    public static final String REQUESTED = "requested";
    public static final String RULE = "rule";
    public static final String SUFFIX = "suffix";
    public static final String ACTION = "action";
    public static final String MODE = "mode";
    public static final String OWNER = "owner";
    public static final String MESSAGE = "message";
    public static final String WOULD_REWRITE_TO = "would_rewrite_to";
    public static final String TARGET = "target";
    public static final String ATTEMPTS = "attempts";
    public static final String REMOTE = "remote";
    public static final String DNS_MS = "dns_ms";
    public static final String CONNECT_MS = "connect_ms";
    public static final String DURATION_MS = "duration_ms";
    public static final String BYTES_UP = "bytes_up";
    public static final String BYTES_DOWN = "bytes_down";
    public static final String STATUS = "status";
    public static final String ERROR = "error";
    public static final String DETAILS = "details";
    public static final String RELAY = "relay";
    public static final String CLOSE_REASON = "close_reason";
    public static final String SUSPECTED_TLS_REFUSAL = "suspected_tls_refusal";
    public static final String SUPPRESSED = "suppressed";
    public static final String SUPPRESSED_FAILURES = "suppressed_failures";

    private Keys() {}
  }
}
