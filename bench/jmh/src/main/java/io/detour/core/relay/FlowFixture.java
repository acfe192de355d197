package io.detour.core.relay;

import io.detour.core.Direction;
import io.detour.core.conduit.ConduitPool;
import io.detour.core.conduit.PipeBudget;
import io.detour.core.sys.Kernel;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.local.LocalIoHandler;
import io.netty.channel.unix.FileDescriptor;

/**
 * A flow between two descriptors, outside any event loop: the benchmark's thread plays the loop.
 * Made, used and closed by one thread.
 */
final class FlowFixture implements AutoCloseable {
  private static final int EPOLLIN = 0x1;

  private final MultiThreadIoEventLoopGroup group =
      new MultiThreadIoEventLoopGroup(1, LocalIoHandler.newFactory());
  private final ConduitPool conduits;
  private final Endpoint source;
  private final Flow flow;

  FlowFixture(RelayOptions options, Kernel kernel, int sourceSocket, int sinkSocket) {
    conduits =
        new ConduitPool(kernel, new PipeBudget(8), options.pipeBytes(), options.copyBufferBytes());
    source = endpoint(sourceSocket, Side.CLIENT);
    Endpoint sink = endpoint(sinkSocket, Side.UPSTREAM);
    RelayLoop loop = new RelayLoop(group.next(), options, kernel, conduits, new RelayTotals());
    flow = new Flow(loop, Direction.UPSTREAM, source, sink, null);
  }

  private static Endpoint endpoint(int socket, Side side) {
    return new Endpoint(new EmbeddedChannel(), new FileDescriptor(socket), side);
  }

  /** What the event loop does when the source has become readable. */
  Flow.Outcome turn() {
    source.note(EPOLLIN);
    return flow.advance();
  }

  @Override
  public void close() {
    flow.abandon();
    conduits.close();
    group.shutdownGracefully();
  }
}
