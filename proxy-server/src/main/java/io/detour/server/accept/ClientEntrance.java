package io.detour.server.accept;

import io.detour.core.Address;
import io.detour.server.status.Refusal;
import io.netty.channel.Channel;
import org.jspecify.annotations.Nullable;

/** Where the clients of a listener go. All methods are called on the client's event loop. */
public interface ClientEntrance {
  /**
   * Why a client may not come in, or null if it may. Asked before anything is spent on it, and not
   * about one that could open the file of a UNIX socket: whoever can may use it.
   *
   * @param client its address, or null if a load balancer does not tell it
   */
  @Nullable Refusal objection(@Nullable Address client);

  /**
   * A new client, which has a slot until its connection is closed.
   *
   * @param client has no handler but that of TLS, if it speaks TLS
   * @param loop the client's event loop
   */
  void admit(Channel client, ClientLoop loop);

  /**
   * A new client that may not come in, or for which there is no slot. Nothing has been read from
   * it; it is to be told so, if its protocol has words for that, and its connection closed.
   */
  void refuse(Channel client, ClientLoop loop, Refusal refusal);
}
