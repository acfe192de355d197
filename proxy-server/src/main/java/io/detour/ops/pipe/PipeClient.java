package io.detour.ops.pipe;

import io.detour.core.CloseReason;
import io.detour.core.HostPort;
import io.detour.core.TunnelStats;
import io.detour.server.account.RequestKind;
import io.detour.server.serve.TunnelClient;
import io.detour.server.status.Refusal;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.unix.DomainSocketAddress;
import java.net.SocketAddress;
import java.util.concurrent.CompletableFuture;

/**
 * This process itself, which is told how its tunnel ended.
 *
 * @param channel one end of the private connection
 * @param end completed once, on the event loop
 */
record PipeClient(Channel channel, CompletableFuture<PipeResult> end) implements TunnelClient {
  @Override
  public RequestKind kind() {
    return RequestKind.TCP;
  }

  /** The connection itself has no name. */
  @Override
  public SocketAddress address() {
    return new DomainSocketAddress("stdin");
  }

  @Override
  public ChannelFuture welcome(HostPort asked, HostPort target) {
    return channel.newSucceededFuture();
  }

  @Override
  public void refuse(Refusal refusal) {
    String rcode = refusal.rcode() == null ? "" : " (" + refusal.rcode() + ")";
    end.complete(new PipeResult.Broken(refusal.details() + rcode));
    channel.close();
  }

  @Override
  public void ended(TunnelStats stats) {
    end.complete(result(stats.reason()));
  }

  private static PipeResult result(CloseReason reason) {
    return switch (reason) {
      case CLIENT_FIN, UPSTREAM_FIN -> new PipeResult.Whole();
      case CLIENT_RESET -> new PipeResult.OutputClosed();
      case UPSTREAM_RESET -> new PipeResult.Broken("the target reset the connection");
      case IDLE_TIMEOUT, HALF_CLOSE_TIMEOUT -> new PipeResult.Broken("no byte moved for too long");
      case WRITE_STALL -> new PipeResult.Broken("the bytes were not taken for too long");
      case DRAIN, KILLED, ERROR -> new PipeResult.Broken("the tunnel was cut");
    };
  }
}
