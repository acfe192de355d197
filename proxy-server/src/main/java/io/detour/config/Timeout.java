package io.detour.config;

import io.detour.core.relay.RelayOptions;
import io.detour.rules.document.DurationText;
import io.detour.server.dial.DialOptions;
import java.time.Duration;

/** A limit in time, as {@code timeouts} of the configuration has it. */
public enum Timeout {
  /** For the whole request head of a client. */
  HEAD(Duration.ofSeconds(10), Duration.ofMillis(1), Duration.ofHours(1)),
  /** For each KiB of a plain HTTP request's body. */
  BODY(Duration.ofSeconds(30), Duration.ofMillis(1), Duration.ofHours(1)),
  /** Until an origin answers a plain HTTP request, and between two pieces of its response. */
  RESPONSE(Duration.ofMinutes(5), Duration.ofMillis(1), DurationText.LONGEST),
  /** For a client between two plain HTTP requests. */
  HTTP_KEEP_ALIVE(Duration.ofSeconds(60), Duration.ofMillis(1), Duration.ofDays(1)),
  /** For a lookup, over all servers and retries. */
  DNS(DialOptions.defaults().dnsTimeout(), Duration.ofMillis(10), Duration.ofHours(1)),
  /** For a connection to one address. */
  CONNECT(DialOptions.defaults().connectTimeout(), Duration.ofMillis(1), Duration.ofHours(1)),
  /** For a tunnel on which no byte moves. */
  IDLE(RelayOptions.defaults().idle(), Duration.ofMillis(1), DurationText.LONGEST),
  /** The same once one direction has ended. */
  HALF_CLOSE(RelayOptions.defaults().halfClose(), Duration.ofMillis(1), DurationText.LONGEST),
  /** For a side that takes none of the bytes waiting for it. */
  WRITE_STALL(RelayOptions.defaults().writeStall(), Duration.ofMillis(1), DurationText.LONGEST),
  /** Until a TCP peer of which nothing comes is probed. */
  KEEP_ALIVE(
      RelayOptions.defaults().keepAlive(), Duration.ofSeconds(1), RelayOptions.MAX_KEEP_ALIVE),
  /** For the tunnels that are open on a stop. */
  DRAIN(Duration.ofSeconds(30), Duration.ZERO, DurationText.LONGEST);

  private final Duration usual;
  private final Duration least;
  private final Duration most;

  Timeout(Duration usual, Duration least, Duration most) {
    this.usual = usual;
    this.least = least;
    this.most = most;
  }

  /** What it is if nobody says otherwise. */
  public Duration usual() {
    return usual;
  }

  Duration least() {
    return least;
  }

  Duration most() {
    return most;
  }

  /** Whether it may be this long. */
  public boolean allows(Duration duration) {
    return duration.compareTo(least) >= 0 && duration.compareTo(most) <= 0;
  }

  /** How long it may be, for a message: {@code 10ms..1h}. */
  public String range() {
    return DurationText.of(least) + ".." + DurationText.of(most);
  }
}
