package io.detour.core.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.detour.core.conduit.ConduitPool;
import io.detour.core.conduit.CopyBuffer;
import io.detour.core.conduit.Pipe;
import io.detour.core.conduit.PipeBudget;
import java.util.Objects;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Stands beside {@link ScriptedKernel}, which it needs. */
class ConduitPoolTest {
  private static final int PIPE = 256 * 1024;
  private static final int BUFFER = 64 * 1024;

  private final ScriptedKernel kernel = new ScriptedKernel();
  private final ConduitPool pool = new ConduitPool(kernel, new PipeBudget(2), PIPE, BUFFER);

  private Pipe pipe() {
    return Objects.requireNonNull(pool.leasePipe());
  }

  @Test
  void anEmptyPipeIsLeasedAgain() {
    Pipe first = pipe();
    pool.giveBack(first);

    assertThat(pool.leasePipe()).isSameAs(first);
    assertThat(pool.leasedPipes()).isEqualTo(1);
    assertThat(pool.pooledPipes()).isZero();
  }

  @Test
  @Tag("S06")
  void thereAreNeverMorePipesThanTheBudgetHas() {
    pipe();
    Pipe second = pipe();
    assertThat(pool.leasePipe()).isNull();

    pool.giveBack(second);
    assertThat(pool.leasePipe()).isSameAs(second);
  }

  @Test
  @Tag("T12")
  void aPipeThatHoldsBytesIsClosedAndItsPlaceIsFree() {
    Pipe dirty = pipe();
    kernel.expect("splice 1>11", 100);
    assertThat(dirty.drain(kernel, 1)).isEqualTo(100);
    pool.giveBack(dirty);

    assertThat(kernel.closed()).containsExactly(10, 11);
    assertThat(pipe()).isNotSameAs(dirty);
    assertThat(pipe()).isNotNull();
  }

  @Test
  @Tag("S04")
  void aKernelThatRefusesIsNotAskedAgainBeforeTheNextTrim() {
    kernel.limitPipes(8192);
    assertThat(pool.leasePipe()).isNull();
    kernel.limitPipes(Integer.MAX_VALUE);
    assertThat(pool.leasePipe()).isNull();

    pool.trim();
    assertThat(pool.leasePipe()).isNotNull();
  }

  @Test
  void whatWasNotNeededBetweenTwoTrimsIsClosed() {
    Pipe first = pipe();
    Pipe second = pipe();
    pool.giveBack(first);
    pool.giveBack(second);
    pool.trim();
    pool.giveBack(pipe());
    pool.trim();

    assertThat(kernel.closed()).containsExactly(10, 11);
    assertThat(pool.pooledPipes()).isEqualTo(1);
  }

  @Test
  void aBufferComesBackEmpty() {
    CopyBuffer buffer = pool.leaseBuffer();
    kernel.expect("recv 1", 100);
    assertThat(buffer.drain(kernel, 1)).isEqualTo(100);
    pool.giveBack(buffer);

    CopyBuffer again = pool.leaseBuffer();
    assertThat(again).isSameAs(buffer);
    assertThat(again.pending()).isZero();
  }
}
