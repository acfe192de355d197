package io.detour.core.relay;

import io.detour.core.Direction;
import io.detour.core.conduit.ConduitPool;
import io.detour.core.conduit.PipeBudget;
import io.detour.core.sys.Kernel;
import io.detour.core.tcp.EpollSocket;
import io.netty.channel.MultiThreadIoEventLoopGroup;
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
  private final EpollSocket source;
  private final Flow flow;

  FlowFixture(RelayOptions options, Kernel kernel, int sourceSocket, int sinkSocket) {
    conduits =
        new ConduitPool(kernel, new PipeBudget(8), options.pipeBytes(), options.copyBufferBytes());
    source = new EpollSocket(new FileDescriptor(sourceSocket));
    EpollSocket sink = new EpollSocket(new FileDescriptor(sinkSocket));
    RelayLoop loop = new RelayLoop(group.next(), options, kernel, conduits, new RelayTotals());
    flow = new Flow(loop, Direction.UPSTREAM, source, sink, null);
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
