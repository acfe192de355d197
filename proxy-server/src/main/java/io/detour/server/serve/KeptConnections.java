package io.detour.server.serve;

import io.detour.rules.Route;
import io.detour.server.dial.Purpose;
import io.detour.server.parse.http.ConnectionLogin;
import io.detour.server.parse.http.ForwardRequest;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The connections to origins that the requests of one client connection have left for the next
 * ones: the last, and the one on which the client logs in or has logged in (RFC 4559 6). That one
 * stays with its client as long as both live, and nothing takes its place when it has ended: the
 * client would be somebody else there. Nobody else ever gets one of them. On the client's event
 * loop.
 */
final class KeptConnections {
  private @Nullable Upstream last;

  /** Whether or not it has ended. */
  private @Nullable Upstream loggedIn;

  /** As whom the requests came that have left them. */
  private @Nullable String user;

  /**
   * The next request comes as this user of the proxy. Those of another one are closed: a client may
   * be a proxy itself, with many users.
   */
  void belongTo(@Nullable String requester) {
    if (!Objects.equals(user, requester)) {
      close();
      user = requester;
    }
  }

  /**
   * The connection that a request is to use, or null if it needs a new one. What it might have used
   * is closed then. The origin may close one that it keeps at any moment, so what cannot be sent
   * again goes to none but that of its log-in.
   *
   * @return idle, unless it {@link #isNeeded} and has ended
   */
  @Nullable Upstream take(Route route, Purpose purpose, ForwardRequest request) {
    Upstream own = loggedIn;
    if (own != null && own.leads(route, purpose) && (own.isIdle() || isNeeded(own, request))) {
      return own;
    }
    Upstream kept = last;
    last = null;
    if (kept == null) {
      return null;
    }
    boolean login = kept.isLoginAskedFor() && ConnectionLogin.isIn(request.head());
    if (kept.isIdle() && kept.leads(route, purpose) && (login || request.isRepeatable())) {
      return kept;
    }
    kept.close();
    return null;
  }

  /** Whether only this connection will do: a request that begins a log-in needs no earlier one. */
  boolean isNeeded(Upstream upstream, ForwardRequest request) {
    return isLoggedIn(upstream) && !ConnectionLogin.beginsWith(request.head());
  }

  /** A request is sent on a connection, which is not among those that were left. */
  void use(Upstream upstream, ForwardRequest request) {
    if (loggedIn != upstream && ConnectionLogin.isIn(request.head())) {
      if (loggedIn != null) {
        loggedIn.close();
      }
      loggedIn = upstream;
    }
  }

  boolean isLoggedIn(Upstream upstream) {
    return upstream == loggedIn;
  }

  /** Whether the connection of the log-in has ended: the client's has to end, too. */
  boolean hasLostLogin() {
    return loggedIn != null && loggedIn.hasEnded();
  }

  /** Keeps a connection on which nothing is left to read. */
  void keep(Upstream upstream) {
    if (upstream != loggedIn) {
      if (last != null) {
        last.close();
      }
      last = upstream;
    }
    upstream.rest();
  }

  /** Closes all of them. */
  void close() {
    if (last != null) {
      last.close();
      last = null;
    }
    if (loggedIn != null) {
      loggedIn.close();
      loggedIn = null;
    }
  }
}
