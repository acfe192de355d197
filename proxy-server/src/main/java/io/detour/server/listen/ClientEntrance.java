package io.detour.server.listen;

import io.detour.server.status.Refusal;
import io.netty.channel.Channel;

/** Where the clients of a listener go. All methods are called on the client's event loop. */
public interface ClientEntrance {
  /**
   * A new client, which has a slot until its connection is closed.
   *
   * @param client has no handlers but those of its transport ({@link TransportHandlers})
   * @param loop the client's event loop
   */
  void admit(Channel client, ClientLoop loop);

  /**
   * A new client for which there is no slot. Nothing has been read from it; it is to be told so, if
   * its protocol has words for that, and its connection closed.
   */
  void refuse(Channel client, ClientLoop loop, Refusal refusal);
}
