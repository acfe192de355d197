package io.detour.server.serve;

import io.detour.core.HostPort;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

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

  /**
   * The proxy itself is asked for the file that tells browsers when to use it.
   *
   * @param host the field {@code Host}, or null
   * @return the file, or why there is none; done on any thread
   */
  CompletableFuture<AutoConfigFile> autoConfig(@Nullable String host);

  /** A connection has sent its first plain HTTP request. */
  PlainHttp plainHttp(ClientConnection client);
}
