package io.detour.server.log;

import io.detour.core.HostPort;
import io.detour.core.TunnelStats;
import io.detour.rules.Decision;
import io.detour.rules.Rule;
import io.detour.rules.document.Fields;
import io.detour.server.account.RequestKind;
import io.detour.server.status.Refusal;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
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
 * <p>The facts are key-values of the event, so that an encoder decides how they look; the message
 * is the event's name. Values may hold anything, and the encoder escapes them. Credentials are
 * never passed in. The appender is asynchronous with a bounded queue that drops when it is full, so
 * a call never waits. Any thread.
 */
public final class AccessLog {
  /** Name of the logger that all lines go to. */
  public static final String LOGGER = "detour.access";

  /** A request was decided on, and its outcome is known. */
  public static final String DECISION = "decision";

  /** A tunnel has ended. */
  public static final String CLOSE = "close";

  /** A tunnel is open. */
  public static final String PROGRESS = "progress";

  /** Uses of a legacy name had no line of their own, and none followed that could tell. */
  public static final String SUPPRESSED = "suppressed";

  /** Longer ones are cut: nobody needs more, and clients choose them. */
  private static final int MAX_USER_AGENT = 256;

  private static final Logger ACCESS = LoggerFactory.getLogger(LOGGER);

  private final RequestIds ids = new RequestIds();
  private final @Nullable UseLimit limit;

  /**
   * @param usesPerMinute how many lines a minute the uses of a rule by a client may have; 0 for any
   *     number
   */
  public AccessLog(int usesPerMinute) {
    limit = usesPerMinute == 0 ? null : new UseLimit(usesPerMinute);
  }

  /** The names of requests in this log. */
  public RequestIds ids() {
    return ids;
  }

  /**
   * Reports a request, if it used a legacy name or failed.
   *
   * @param asked who asked for what
   * @param use of a legacy name, or null
   * @param dialled where it was led, or null if nothing was dialled
   * @param end what became of it
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
    long suppressed = 0;
    if (limit != null && use != null) {
      suppressed = limit.admit(use.name(), asked.client(), System.nanoTime());
      if (suppressed < 0) {
        return false;
      }
    }
    Line line = new Line(level).asked(asked).use(use, asked.requested()).dialled(dialled);
    if (volume != null) {
      line.volume(volume);
    }
    line.end(end).add("suppressed", suppressed == 0 ? null : suppressed).write(DECISION);
    return true;
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

  /**
   * Reports the end of a tunnel.
   *
   * @param use of a legacy name, or null
   * @param target where it led, or null if to another client
   */
  public void close(
      Asked asked, @Nullable LegacyUse use, @Nullable HostPort target, TunnelStats stats) {
    new Line(Level.INFO)
        .asked(asked)
        .add("rule", use == null ? null : use.rule())
        .add("target", target)
        .volume(new Volume(stats.upstreamBytes(), stats.downstreamBytes(), stats.duration()))
        .add("relay", Fields.wordOf(stats.path()))
        .add("close_reason", Fields.wordOf(stats.reason()))
        .write(CLOSE);
  }

  /** Reports a tunnel that is open. */
  public void progress(TunnelProgress progress) {
    new Line(Level.INFO)
        .asked(progress.asked())
        .add("rule", progress.rule())
        .add("target", progress.target())
        .volume(progress.volume())
        .add("relay", Fields.wordOf(progress.relay()))
        .write(PROGRESS);
  }

  /** Reports what was suppressed of uses that have not gone on. To be called now and then. */
  public void sweep() {
    if (limit != null) {
      limit.sweep(System.nanoTime(), this::tellSuppressed);
    }
  }

  /** Reports all that was suppressed. For the end of the log. */
  public void finish() {
    if (limit != null) {
      limit.sweep(System.nanoTime() + UseLimit.MINUTE_NANOS, this::tellSuppressed);
    }
  }

  private void tellSuppressed(UseLimit.Key key, long suppressed) {
    new Line(Level.INFO)
        .add("client", key.client())
        .add("rule", key.name())
        .add("suppressed", suppressed)
        .write(SUPPRESSED);
  }

  /** One event on its way to the log. */
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
      return add("id", ids.text(asked.id()))
          .add("kind", Fields.wordOf(asked.kind()))
          .add("client", asked.client())
          .add("user", asked.user())
          .add(
              "user_agent",
              agent != null && agent.length() > MAX_USER_AGENT
                  ? agent.substring(0, MAX_USER_AGENT)
                  : agent)
          .add("requested", asked.requested());
    }

    Line use(@Nullable LegacyUse use, @Nullable HostPort requested) {
      return switch (use) {
        case LegacyUse.Ruled ruled when requested != null -> ruled(ruled, requested);
        case LegacyUse.Unmatched unmatched -> add("suffix", unmatched.suffix());
        case LegacyUse.Ruled _ -> this;
        case null -> this;
      };
    }

    private Line ruled(LegacyUse.Ruled ruled, HostPort requested) {
      Decision.Ruled decision = ruled.decision();
      Rule rule = decision.rule();
      return add("rule", rule.name())
          .add("action", decision.action())
          .add("mode", decision.mode())
          .add("owner", rule.notes().owner())
          .add("message", rule.log().message())
          .add("would_rewrite_to", decision.wouldRewriteTo(requested));
    }

    Line dialled(@Nullable Dialled dialled) {
      if (dialled == null) {
        return this;
      }
      add("target", dialled.target());
      if (dialled.attempts() > 0) {
        add("attempts", dialled.attempts());
      }
      add("remote", dialled.remoteText());
      if (dialled.attempts() > 0 && dialled.remote() != null) {
        add("dns_ms", millis(dialled.dnsNanos())).add("connect_ms", millis(dialled.connectNanos()));
      }
      return this;
    }

    Line volume(Volume volume) {
      return add("duration_ms", millis(volume.duration().toNanos()))
          .add("bytes_up", volume.upstreamBytes())
          .add("bytes_down", volume.downstreamBytes());
    }

    Line end(RequestEnd end) {
      return add("status", end.status() == 0 ? null : end.status())
          .add("error", end.error() == null ? null : end.error().token())
          .add("details", end.details());
    }

    void write(String name) {
      event.log(name);
    }

    private double millis(long nanos) {
      return Math.round(nanos / NANOS_PER_MICRO) / MICROS_PER_MILLI;
    }
  }

  /**
   * What was transferred, and in what time.
   *
   * @param upstreamBytes delivered to the upstream host
   * @param downstreamBytes delivered to the client
   */
  public record Volume(long upstreamBytes, long downstreamBytes, Duration duration) {
    /**
     * Since a moment.
     *
     * @param nanoTime as {@link System#nanoTime}
     */
    public static Volume since(long nanoTime, long upstreamBytes, long downstreamBytes) {
      return new Volume(
          upstreamBytes,
          downstreamBytes,
          Duration.of(System.nanoTime() - nanoTime, TimeUnit.NANOSECONDS.toChronoUnit()));
    }
  }
}
