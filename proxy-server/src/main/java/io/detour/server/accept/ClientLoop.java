package io.detour.server.accept;

import io.detour.server.account.ClientLimit;
import io.detour.server.account.LoopCounters;
import io.netty.channel.Channel;
import io.netty.util.concurrent.Future;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The clients of one event loop, and what is counted there. Only that loop calls the methods, but
 * for {@link #open}.
 */
public final class ClientLoop {
  static final int MAX_HANDSHAKES = 256;

  private final LoopCounters counters;

  /** Clients that have not sent a request head yet, or were refused and still send. */
  private final Set<Channel> waiting = new HashSet<>();

  /** Clients whose TLS handshake is under way, the oldest first. */
  private final SequencedSet<Channel> handshakes = new LinkedHashSet<>();

  private boolean stopping;

  /** Written by the event loop alone, without a fence. */
  private final AtomicInteger open = new AtomicInteger();

  public ClientLoop(LoopCounters counters) {
    this.counters = counters;
  }

  public LoopCounters counters() {
    return counters;
  }

  /** Counts a client from now until its connection is closed. */
  void accepted(Channel client) {
    open.setOpaque(open.getPlain() + 1);
    client.closeFuture().addListener(closed -> open.setOpaque(open.getPlain() - 1));
  }

  /**
   * A client's TLS handshake begins. If there are too many, the oldest is ended: it is one that its
   * client has left alone, for others are done in no time.
   */
  void handshakeBegins(Channel client, Future<Channel> handshake) {
    if (handshakes.size() >= MAX_HANDSHAKES) {
      counters.rejected(ClientLimit.HANDSHAKES);
      handshakes.removeFirst().close();
    }
    handshakes.add(client);
    handshake.addListener(done -> handshakes.remove(client));
  }

  /** A client's request head is awaited, or that it closes behind a refusal. */
  public void waits(Channel client) {
    waiting.add(client);
  }

  /** It has come, or the client is gone. */
  public void waitsNoMore(Channel client) {
    waiting.remove(client);
  }

  /** Closes the clients that are only waited for. */
  void closeWaiting() {
    stopping = true;
    List.copyOf(waiting).forEach(Channel::close);
  }

  /** Whether the server no longer accepts, so that nothing should be waited for. */
  public boolean isStopping() {
    return stopping;
  }

  /** How many clients are connected. Any thread. */
  int open() {
    return open.getOpaque();
  }
}
