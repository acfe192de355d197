package io.detour.core.relay;

import io.detour.core.CloseReason;
import io.detour.core.tcp.EpollSocket;
import io.detour.core.tcp.TcpChannel;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import org.jspecify.annotations.Nullable;

/** One end of a tunnel: its socket, and the channel that owns the descriptor. */
final class Endpoint implements EpollSocket.Owner {
  private final Channel channel;
  private final EpollSocket socket;
  private final Side side;
  private final boolean endedBefore;
  private @Nullable Relay relay;

  /**
   * @param endedBefore whether the peer's end of stream came before the relay began
   */
  Endpoint(Channel channel, EpollSocket socket, Side side, boolean endedBefore) {
    this.channel = channel;
    this.socket = socket;
    this.side = side;
    this.endedBefore = endedBefore;
  }

  /** Begins to receive events. On the loop's thread, an epoll loop; pending ones come next turn. */
  void register(EventLoop loop, Relay owner) {
    relay = owner;
    socket.ownedBy(this);
    if (!socket.isRegistered()) {
      socket.register(loop);
    }
  }

  /** Closes the channel, which ends the registration; first, where that is not done at once. */
  void release() {
    if (!(channel instanceof TcpChannel && channel.eventLoop().inEventLoop())) {
      socket.deregister();
    }
    channel.close();
  }

  @Override
  public void ready() {
    Relay owner = relay;
    if (owner != null) {
      owner.ready(this);
    }
  }

  @Override
  public void loopEnds() {
    Relay owner = relay;
    if (owner != null) {
      owner.closeNow(CloseReason.DRAIN);
    }
  }

  EpollSocket socket() {
    return socket;
  }

  boolean endedBefore() {
    return endedBefore;
  }

  /** Whether the channel still has its socket; without it the number may belong to another. */
  boolean isOpen() {
    return channel.isOpen();
  }

  Side side() {
    return side;
  }
}
