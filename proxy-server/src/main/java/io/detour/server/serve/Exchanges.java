package io.detour.server.serve;

import io.detour.rules.Route;
import io.detour.server.parse.http.ForwardRequest;
import org.jspecify.annotations.Nullable;

/**
 * The plain HTTP requests of one client connection, and the connection to an origin that the last
 * one has left. Another request may use it if the rules lead it to the same place; nobody else's
 * ever does. On the client's event loop.
 */
public final class Exchanges implements PlainHttp {
  private final ExchangeServices services;
  private final ClientConnection client;
  private @Nullable Upstream kept;

  /**
   * @param services what every exchange works with
   * @param client the client's connection
   */
  public Exchanges(ExchangeServices services, ClientConnection client) {
    this.services = services;
    this.client = client;
  }

  @Override
  public ServedRequest serve(ForwardRequest request) {
    return new HttpExchange(services, client, this, request);
  }

  /** Keeps a connection on which nothing is left to read for the next request. */
  void keep(Upstream upstream) {
    drop();
    kept = upstream;
    upstream.rest();
  }

  /**
   * The connection that was kept, if it leads where a request is to go. Another one is closed.
   *
   * @param route of the request
   */
  @Nullable Upstream take(Route route) {
    Upstream upstream = kept;
    if (upstream != null && upstream.isIdle() && upstream.route().equals(route)) {
      kept = null;
      return upstream;
    }
    drop();
    return null;
  }

  /** Closes the connection that was kept: what comes next does not use it. */
  void drop() {
    if (kept != null) {
      kept.close();
      kept = null;
    }
  }

  @Override
  public void close() {
    drop();
  }
}
