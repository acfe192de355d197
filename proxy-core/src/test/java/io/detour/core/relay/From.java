package io.detour.core.relay;

import io.detour.core.CloseReason;
import java.net.Socket;

/** Which side begins. The upstream side must behave as the client's does. */
enum From {
  CLIENT(CloseReason.CLIENT_FIN, CloseReason.CLIENT_RESET),
  UPSTREAM(CloseReason.UPSTREAM_FIN, CloseReason.UPSTREAM_RESET);

  final CloseReason fin;
  final CloseReason reset;

  From(CloseReason fin, CloseReason reset) {
    this.fin = fin;
    this.reset = reset;
  }

  Socket near(Tunnel tunnel) {
    return this == CLIENT ? tunnel.client : tunnel.upstream;
  }

  Socket far(Tunnel tunnel) {
    return this == CLIENT ? tunnel.upstream : tunnel.client;
  }
}
