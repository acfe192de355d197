package io.detour.server.serve;

import io.detour.server.accept.ClientAddress;
import io.detour.server.accept.ClientLoop;
import io.detour.server.account.RequestKind;
import io.detour.server.status.Refusal;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import org.jspecify.annotations.Nullable;

/** What the proxy itself tells one client. On the client's event loop. */
final class OwnAnswers {
  private final ClientServices services;
  private final ClientLoop loop;
  private final Channel client;

  /** Of the answer that is being written, or null. */
  private @Nullable WriteStall stall;

  OwnAnswers(ClientServices services, ClientLoop loop, Channel client) {
    this.services = services;
    this.loop = loop;
    this.client = client;
  }

  /** Counts and reports the refusal of a request that has no passage. */
  void account(RequestKind kind, Refusal refusal) {
    loop.counters().refused(kind, refusal);
    services.log().turnedAway(kind, ClientAddress.of(client), refusal);
  }

  /**
   * Tells a refusal and closes the connection behind it; the caller is out of the pipeline then.
   */
  void last(Refusal refusal, boolean withContent) {
    StagedClose.behind(
        loop, client, Unpooled.wrappedBuffer(withContent ? refusal.bytes() : refusal.head()));
  }

  /**
   * Writes an answer behind which the connection may go on.
   *
   * @param written called when all of it is; never if that fails
   */
  void write(ByteBuf answer, Runnable written) {
    stall = new WriteStall(client, services.timeouts().writeStall());
    client
        .writeAndFlush(answer)
        .addListener(
            done -> {
              stall = null;
              if (done.isSuccess()) {
                written.run();
              }
            });
  }

  /**
   * Whether the client takes nothing of an answer that waits for it.
   *
   * @param nanoTime of the sweep
   */
  boolean isStalled(long nanoTime) {
    return stall != null && stall.isOver(0, nanoTime);
  }
}
