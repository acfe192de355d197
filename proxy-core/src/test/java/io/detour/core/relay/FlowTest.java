package io.detour.core.relay;

import static io.detour.core.sys.Errno.EAGAIN;
import static io.detour.core.sys.Errno.ECONNRESET;
import static io.detour.core.sys.Errno.EINTR;
import static io.detour.core.sys.Errno.EINVAL;
import static io.detour.core.sys.Errno.ENOSYS;
import static io.detour.core.sys.Errno.EPIPE;
import static org.assertj.core.api.Assertions.assertThat;

import io.detour.core.Direction;
import io.detour.core.RelayPath;
import io.detour.core.conduit.ConduitPool;
import io.detour.core.conduit.PipeBudget;
import io.detour.core.relay.Flow.Outcome;
import io.detour.core.tcp.EpollSocket;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.local.LocalIoHandler;
import io.netty.channel.unix.FileDescriptor;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * One direction against a scripted kernel: which calls in which order, and what each answer does.
 */
class FlowTest {
  private static final int IN = 0x1;
  private static final int PRI = 0x2;
  private static final int OUT = 0x4;
  private static final int RDHUP = 0x2000;
  private static final int BUFFER = 64 * 1024;
  private static final int PIPE = 256 * 1024;

  private final MultiThreadIoEventLoopGroup group =
      new MultiThreadIoEventLoopGroup(1, LocalIoHandler.newFactory());
  private final ScriptedKernel kernel = new ScriptedKernel();
  private final PipeBudget budget = new PipeBudget(8);
  private final ConduitPool conduits = new ConduitPool(kernel, budget, PIPE, BUFFER);
  private final RelayTotals totals = new RelayTotals();
  private final EpollSocket source = new EpollSocket(new FileDescriptor(1));
  private final EpollSocket sink = new EpollSocket(new FileDescriptor(2));

  private Flow flow(RelayMode mode) {
    RelayOptions options = RelayOptions.defaults().withMode(mode);
    RelayLoop loop = new RelayLoop(group.next(), options, kernel, conduits, totals);
    return new Flow(loop, Direction.UPSTREAM, source, sink, null);
  }

  @AfterEach
  void everythingIsGivenBackAndTheScriptIsPlayed() {
    kernel.done();
    assertThat(conduits.leasedPipes()).isZero();
    group.shutdownGracefully();
  }

  @Test
  void asksTheKernelNothingBeforeAnEvent() {
    assertThat(flow(RelayMode.AUTO).advance()).isEqualTo(Outcome.WAITING);
  }

  @Test
  void aSmallMessageCostsOneReceiveAndOneSend() {
    Flow flow = flow(RelayMode.AUTO);
    source.note(IN);
    kernel.expect("recv 1", 64).expect("send 2 64", 64);

    assertThat(flow.advance()).isEqualTo(Outcome.WAITING);
    assertThat(flow.deliveredBytes()).isEqualTo(64);
    assertThat(totals.relayedBytes(Direction.UPSTREAM, RelayPath.COPY)).isEqualTo(64);
  }

  @Test
  void aShortReadIsNotTheEndOfItWhenThePeerHasEnded() {
    Flow flow = flow(RelayMode.AUTO);
    source.note(IN | RDHUP);
    kernel.expect("recv 1", 64).expect("send 2 64", 64).expect("recv 1", 0);
    kernel.expect("shutdown 2", 0);

    assertThat(flow.advance()).isEqualTo(Outcome.ENDED);
    assertThat(flow.ended()).isTrue();
  }

  @Test
  void theSourceIsNotReadWhileBytesAreInFlight() {
    Flow flow = flow(RelayMode.COPY);
    source.note(IN);
    kernel.expect("recv 1", 100).expect("send 2 100", 40).expect("send 2 60", -EAGAIN);
    assertThat(flow.advance()).isEqualTo(Outcome.BLOCKED);

    source.note(IN);
    assertThat(flow.advance()).isEqualTo(Outcome.BLOCKED);

    sink.note(OUT);
    kernel.expect("send 2 60", 60).expect("recv 1", -EAGAIN);
    assertThat(flow.advance()).isEqualTo(Outcome.WAITING);
    assertThat(flow.holdsBytes()).isFalse();
  }

  @Test
  void theEndOfStreamWaitsUntilThePipeIsEmpty() {
    Flow flow = flow(RelayMode.SPLICE);
    source.note(IN | RDHUP);
    kernel.expect("splice 1>11", 5000).expect("splice 10>2 5000", 1000);
    kernel.expect("splice 10>2 4000", -EAGAIN);
    assertThat(flow.advance()).isEqualTo(Outcome.BLOCKED);

    sink.note(OUT);
    kernel.expect("splice 10>2 4000", 4000).expect("splice 1>11", 0);
    kernel.expect("recv 1", 0).expect("shutdown 2", 0);
    assertThat(flow.advance()).isEqualTo(Outcome.ENDED);
  }

  @Test
  void againFromASpliceIntoAnEmptyPipeMeansThatTheSocketIsEmpty() {
    Flow flow = flow(RelayMode.SPLICE);
    source.note(IN);
    kernel.expect("splice 1>11", 100).expect("splice 10>2 100", 100);
    kernel.expect("splice 1>11", -EAGAIN);

    assertThat(flow.advance()).isEqualTo(Outcome.WAITING);
    assertThat(flow.advance()).isEqualTo(Outcome.WAITING);
    assertThat(totals.relayedBytes(Direction.UPSTREAM, RelayPath.SPLICE)).isEqualTo(100);
  }

  @Test
  void aDirectionThatStreamsMovesToSpliceAndBackWhenItTrickles() {
    Flow flow = flow(RelayMode.AUTO);
    source.note(IN);
    kernel.expect("recv 1", BUFFER).expect("send 2 65536", BUFFER);
    kernel.expect("recv 1", BUFFER).expect("send 2 65536", BUFFER);
    kernel.expect("splice 1>11", 200_000).expect("splice 10>2 200000", 200_000);
    kernel.expect("splice 1>11", 10).expect("splice 10>2 10", 10);
    kernel.expect("splice 1>11", 10).expect("splice 10>2 10", 10);
    kernel.expect("splice 1>11", 10).expect("splice 10>2 10", 10);
    kernel.expect("recv 1", 10).expect("send 2 10", 10);

    assertThat(flow.advance()).isEqualTo(Outcome.WAITING);
    assertThat(flow.path()).isEqualTo(RelayPath.COPY);
  }

  @Test
  @Tag("S01")
  void anUrgentByteIsPassedByCopying() {
    Flow flow = flow(RelayMode.SPLICE);
    source.note(IN | PRI);
    // The first receive stops short of the urgent byte, the second gets what is behind it.
    kernel.expect("recv 1", 100).expect("send 2 100", 100);
    kernel.expect("recv 1", 50).expect("send 2 50", 50).expect("recv 1", -EAGAIN);
    assertThat(flow.advance()).isEqualTo(Outcome.WAITING);

    source.note(IN);
    kernel.expect("splice 1>11", -EAGAIN);
    assertThat(flow.advance()).isEqualTo(Outcome.WAITING);
  }

  @Test
  @Tag("S01")
  void bytesBetweenAnUrgentByteAndTheEndArePassed() {
    Flow flow = flow(RelayMode.SPLICE);
    source.note(IN | RDHUP);
    // Linux answers 0 to a splice that stands before an urgent byte when the stream has ended.
    kernel.expect("splice 1>11", 6).expect("splice 10>2 6", 6).expect("splice 1>11", 0);
    kernel.expect("recv 1", 6).expect("send 2 6", 6).expect("recv 1", 0).expect("shutdown 2", 0);

    assertThat(flow.advance()).isEqualTo(Outcome.ENDED);
    assertThat(flow.deliveredBytes()).isEqualTo(12);
  }

  @Test
  void anInterruptedCallIsMadeAgain() {
    Flow flow = flow(RelayMode.SPLICE);
    source.note(IN);
    kernel.expect("splice 1>11", -EINTR).expect("splice 1>11", 9);
    kernel.expect("splice 10>2 9", -EINTR).expect("splice 10>2 9", 9);
    kernel.expect("splice 1>11", -EAGAIN);

    assertThat(flow.advance()).isEqualTo(Outcome.WAITING);
  }

  @Test
  @Tag("S04")
  void copiesWhenNoPipeCanBeOpened() {
    kernel.refusePipes(24);
    Flow flow = flow(RelayMode.SPLICE);
    source.note(IN);
    kernel.expect("recv 1", 100).expect("send 2 100", 100);

    assertThat(flow.advance()).isEqualTo(Outcome.WAITING);
  }

  @Test
  @Tag("S04")
  void copiesAndClosesThePipeWhenItIsTooSmall() {
    kernel.limitPipes(8192);
    Flow flow = flow(RelayMode.SPLICE);
    source.note(IN);
    kernel.expect("recv 1", 100).expect("send 2 100", 100);

    assertThat(flow.advance()).isEqualTo(Outcome.WAITING);
    assertThat(kernel.closed()).containsExactly(10, 11);
  }

  @Test
  @Tag("S05")
  void copiesFromTheFirstRefusedSpliceOn() {
    Flow flow = flow(RelayMode.SPLICE);
    source.note(IN);
    kernel.expect("splice 1>11", -EINVAL);
    kernel.expect("recv 1", 100).expect("send 2 100", 100);
    assertThat(flow.advance()).isEqualTo(Outcome.WAITING);

    source.note(IN);
    kernel.expect("recv 1", 100).expect("send 2 100", 100);
    assertThat(flow.advance()).isEqualTo(Outcome.WAITING);
  }

  @Test
  @Tag("S05")
  void aSinkThatCannotBeSplicedToGetsWhatIsInThePipe() {
    Flow flow = flow(RelayMode.SPLICE);
    source.note(IN);
    kernel.expect("splice 1>11", 5000).expect("splice 10>2 5000", 1000);
    kernel.expect("splice 10>2 4000", -ENOSYS);
    kernel.expect("read 10 4000", 3000).expect("read 10 1000", 1000);
    kernel.expect("send 2 4000", 4000).expect("recv 1", -EAGAIN);

    assertThat(flow.advance()).isEqualTo(Outcome.WAITING);
    assertThat(flow.deliveredBytes()).isEqualTo(5000);
    assertThat(conduits.pooledPipes()).isEqualTo(1);
  }

  @Test
  @Tag("S08")
  void aResetOfTheSourceIsNoEndOfStream() {
    Flow flow = flow(RelayMode.SPLICE);
    source.note(IN | RDHUP);
    kernel.expect("splice 1>11", 5000).expect("splice 10>2 5000", 5000);
    kernel.expect("splice 1>11", -ECONNRESET);

    assertThat(flow.advance()).isEqualTo(Outcome.SOURCE_FAILED);
    assertThat(flow.failure()).isEqualTo(ECONNRESET);
    assertThat(flow.ended()).isFalse();

    flow.withholdEnd();
    assertThat(flow.advance()).isEqualTo(Outcome.ENDED);
  }

  @Test
  @Tag("T12")
  void aPipeThatHoldsBytesIsClosedAndNeverPooled() {
    Flow flow = flow(RelayMode.SPLICE);
    source.note(IN);
    kernel.expect("splice 1>11", 5000).expect("splice 10>2 5000", -EPIPE);
    assertThat(flow.advance()).isEqualTo(Outcome.SINK_FAILED);
    assertThat(conduits.leasedPipes()).isEqualTo(1);

    flow.abandon();
    assertThat(kernel.closed()).containsExactly(10, 11);
    assertThat(conduits.pooledPipes()).isZero();
  }

  @Test
  void bytesFromBeforeTheRelayGoFirst() {
    Flow flow = flow(RelayMode.AUTO);
    flow.startWith(ByteBuffer.wrap(new byte[3]));
    source.note(IN);
    kernel.expect("send 2 3", 3).expect("recv 1", 64).expect("send 2 64", 64);

    assertThat(flow.advance()).isEqualTo(Outcome.WAITING);
  }

  @Test
  void aTurnEndsWhenItsBudgetIsUsedUp() {
    Flow flow = flow(RelayMode.SPLICE);
    source.note(IN);
    for (int moved = 0; moved < RelayOptions.defaults().turnBytes(); moved += PIPE) {
      kernel.expect("splice 1>11", PIPE).expect("splice 10>2 262144", PIPE);
    }

    assertThat(flow.advance()).isEqualTo(Outcome.MORE);
    assertThat(flow.holdsBytes()).isFalse();
  }
}
