package io.detour.server.connect;

import io.detour.core.HostPort;

/** Where a client's requests are handed to. Called on the client's event loop. */
public interface Destinations {
  /**
   * A tunnel is asked for. The channel reads no more by itself; what it still reads is kept in
   * {@link io.detour.core.relay.EarlyBytes}.
   *
   * @param client has left its channel's pipeline
   * @param asked where to
   */
  void tunnel(ClientConnection client, HostPort asked);

  /** A connection has sent its first plain HTTP request. */
  PlainHttp plainHttp(ClientConnection client);
}
