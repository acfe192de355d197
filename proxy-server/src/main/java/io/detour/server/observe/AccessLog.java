package io.detour.server.observe;

import io.detour.core.HostPort;
import io.detour.server.status.ProxyErrorType;
import io.detour.server.status.Refusal;
import io.netty.util.NetUtil;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
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

  /** Reports that a client used a name that a rule matches. */
  public void legacyUse(LegacyUse use) {
    DecisionWords words = use.words();
    LoggingEventBuilder event =
        ACCESS
            .atLevel(use.level())
            .addKeyValue("client", address(use.client()))
            .addKeyValue("asked", use.asked())
            .addKeyValue("rule", words.rule())
            .addKeyValue("action", words.action())
            .addKeyValue("mode", words.mode());
    if (words.wouldRewriteTo() != null) {
      event = event.addKeyValue("would_rewrite_to", words.wouldRewriteTo());
    }
    if (use.target() != null) {
      event = event.addKeyValue("target", use.target());
    }
    if (use.attempts() > 0) {
      event = event.addKeyValue("attempts", use.attempts());
    }
    if (use.message() != null) {
      event = event.addKeyValue("message", use.message());
    }
    event.log("legacy name used");
  }

  /**
   * Reports that a client used a name with a legacy suffix that no rule matches.
   *
   * @param client the client's socket
   * @param asked what the client asked for
   * @param suffix the legacy suffix, as a rule file has it
   */
  public void unmatchedLegacyUse(SocketAddress client, HostPort asked, String suffix) {
    ACCESS
        .atInfo()
        .addKeyValue("client", address(client))
        .addKeyValue("asked", asked)
        .addKeyValue("suffix", suffix)
        .log("legacy name without a rule");
  }

  /** The same as {@link #refused(SocketAddress, HostPort, int, ProxyErrorType, String)}. */
  public void refused(SocketAddress client, @Nullable HostPort asked, Refusal refusal) {
    refused(client, asked, refusal.status(), refusal.error(), refusal.details());
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
