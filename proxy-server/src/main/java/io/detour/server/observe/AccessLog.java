package io.detour.server.observe;

import io.detour.core.HostPort;
import io.detour.server.status.ProxyErrorType;
import io.netty.util.NetUtil;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * One line for each use of a legacy name and for each request that was refused or failed, on the
 * logger {@value #LOGGER}.
 *
 * <p>The facts are key-values of the event, so that an encoder decides how they look; the message
 * is constant. Values may hold anything, and the encoder escapes them ({@link EscapedEvent} in the
 * text format). Credentials are never passed in. The appender is asynchronous with a bounded queue
 * that drops when it is full, so a call never waits. Any thread.
 */
public final class AccessLog {
  /** Name of the logger that all lines go to. */
  public static final String LOGGER = "detour.access";

  private static final Logger ACCESS = LoggerFactory.getLogger(LOGGER);

  /**
   * Reports that a client used a name that a rule matches.
   *
   * @param client the client's socket; only its address is logged, since a port tells nobody who
   *     uses the name
   * @param asked what the client asked for
   * @param rule name of the rule
   * @param action {@code rewrite}, {@code pass} or {@code reject}
   * @param target where the request goes instead, or null when the rule changes nothing
   * @param level the rule's level
   * @param message the rule's own message, or null
   */
  public void legacyUse(
      SocketAddress client,
      HostPort asked,
      String rule,
      String action,
      @Nullable HostPort target,
      Level level,
      @Nullable String message) {
    LoggingEventBuilder event =
        ACCESS
            .atLevel(level)
            .addKeyValue("client", address(client))
            .addKeyValue("asked", asked)
            .addKeyValue("rule", rule)
            .addKeyValue("action", action);
    if (target != null) {
      event = event.addKeyValue("target", target);
    }
    if (message != null) {
      event = event.addKeyValue("message", message);
    }
    event.log("legacy name used");
  }

  /**
   * Reports that a request was answered with an error.
   *
   * @param client the client's socket
   * @param asked what the client asked for, or null when that could not be read
   * @param status sent to the client
   * @param error why
   * @param details one phrase for people
   */
  public void refused(
      SocketAddress client,
      @Nullable HostPort asked,
      int status,
      ProxyErrorType error,
      String details) {
    LoggingEventBuilder event = ACCESS.atInfo().addKeyValue("client", address(client));
    if (asked != null) {
      event = event.addKeyValue("asked", asked);
    }
    event
        .addKeyValue("status", status)
        .addKeyValue("error", error.token())
        .addKeyValue("details", details)
        .log("request refused");
  }

  /**
   * An IP address without port or brackets (RFC 5952); what the socket calls itself when it has
   * none.
   */
  private static String address(SocketAddress client) {
    return client instanceof InetSocketAddress socket && socket.getAddress() != null
        ? NetUtil.toAddressString(socket.getAddress())
        : client.toString();
  }
}
