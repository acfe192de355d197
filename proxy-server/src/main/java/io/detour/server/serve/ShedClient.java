package io.detour.server.serve;

import io.detour.server.accept.ClientAddress;
import io.detour.server.accept.ClientLoop;
import io.detour.server.account.RequestKind;
import io.detour.server.log.AccessLog;
import io.detour.server.status.Refusal;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;

/** An HTTP client that is turned away before anything is read from it. On its event loop. */
public final class ShedClient {
  private ShedClient() {}

  /** Counts, reports and answers it, and closes its connection behind the answer. */
  public static void refuse(ClientLoop loop, AccessLog log, Channel client, Refusal refusal) {
    loop.counters().refused(RequestKind.CONNECT, refusal);
    log.turnedAway(RequestKind.CONNECT, ClientAddress.of(client), refusal);
    StagedClose.behind(loop, client, Unpooled.wrappedBuffer(refusal.bytes()));
  }
}
