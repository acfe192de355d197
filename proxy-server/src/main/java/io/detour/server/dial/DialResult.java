package io.detour.server.dial;

import io.detour.rules.Hop;
import io.detour.server.status.DialError;
import io.detour.server.status.Refusal;
import io.netty.channel.socket.DuplexChannel;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a dial, or the walk over a route, ended. Through a parent proxy the addresses and times are
 * those of the parent.
 */
public sealed interface DialResult {
  /** The hop that decided: it is connected, or its failure is that of the walk. */
  Hop hop();

  /** Time spent on lookups in nanoseconds, over all hops: 0 if the hosts needed none. */
  long dnsNanos();

  /** Time from the first attempt to the result in nanoseconds, over all hops. */
  long connectNanos();

  /**
   * Every hop that a walk dialled in vain, in the order of the dials; {@link #hop} is among them if
   * it failed. Empty for the dial of a single hop.
   */
  List<Failed> failures();

  /** How many hops were dialled: at least one. */
  int tried();

  /**
   * The target is connected, or the parent proxy that takes requests for it. The receiver owns the
   * channel from the moment it is told.
   *
   * <p>The channel is on the event loop of the dial, its pipeline is empty, {@code AUTO_READ} is
   * off and {@code ALLOW_HALF_CLOSURE} on. When the callback has returned, bytes that came right
   * behind a parent's answer are handed on: a handler that keeps them has to be in the pipeline by
   * then.
   *
   * @param parent what is to be asked in absolute-form with its own credentials, or null if the
   *     connection leads to the target
   * @param remote the address that answered
   * @param attempts addresses of the hop that a connection was attempted to
   */
  record Connected(
      Hop hop,
      DuplexChannel upstream,
      @Nullable Parent parent,
      InetSocketAddress remote,
      int attempts,
      long dnsNanos,
      long connectNanos,
      List<Failed> failures)
      implements DialResult {
    @Override
    public int tried() {
      return failures.size() + 1;
    }
  }

  /**
   * There is no connection, and nothing of the dial is left.
   *
   * @param details what happened, as one phrase of printable ASCII without quotes and without
   *     anything that the client sent
   * @param rcode the name of the DNS response code if there was one, such as {@code NXDOMAIN}: the
   *     {@code rcode} parameter of RFC 9209 2.3.2
   * @param attempts addresses of the hop that a connection was attempted to
   */
  record Failed(
      Hop hop,
      DialError error,
      String details,
      @Nullable String rcode,
      int attempts,
      long dnsNanos,
      long connectNanos,
      List<Failed> failures)
      implements DialResult {
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    @Override
    public int tried() {
      return Math.max(1, failures.size());
    }

    /** How the client is told; when this machine lacks something, also when to try again. */
    public Refusal refusal() {
      Refusal refusal = new Refusal(error.status(), error.type(), details, rcode);
      return error == DialError.RESOURCES ? refusal.retriedAfter(RETRY_AFTER) : refusal;
    }
  }
}
