package io.detour.ops.admin;

import io.detour.core.Host;
import io.detour.ops.metrics.Metrics;
import io.detour.server.access.AllowedHosts;
import io.detour.server.decide.ReloadResult;
import io.detour.server.decide.Reloader;
import io.detour.server.transport.Transport;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** The admin interface on its listener and one thread of its own; any other thread may call. */
public final class AdminServer implements AutoCloseable {
  /** What every answer has in its header {@code Server}, so that a client knows whom it asked. */
  public static final String NAME = "detour";

  /** The most descriptors that its connections may have. */
  public static final int MAX_DESCRIPTORS = AdminListener.MAX_DESCRIPTORS;

  private static final int CLOSE_SECONDS = 2;

  private final EventLoopGroup loop;
  private final AdminListener listener;

  /** What there is to see: metrics, which stay the caller's to close, and YAML without secrets. */
  public record AdminContent(
      Metrics metrics,
      RulePages rules,
      ServerPages server,
      ReportPages report,
      String configuration) {}

  /** What the admin interface may ask of the server. Any thread; no method waits. */
  public interface ServerControl {
    /** Reads rules and certificates again; completed on a thread that must not be held up. */
    CompletableFuture<ReloadResult> reload(Reloader.Trigger trigger);

    /** Accepts no clients until {@link #resume}; done when it is so. */
    CompletableFuture<Void> pause();

    CompletableFuture<Void> resume();

    /** Stops accepting for good, and lets the process end once nobody is connected. */
    void drain();

    int clients();

    /** Whether it was paused last. */
    boolean isPaused();

    /** Whether it has stopped accepting for good. */
    boolean isDraining();
  }

  private AdminServer(EventLoopGroup loop, AdminListener listener) {
    this.loop = loop;
    this.listener = listener;
  }

  /**
   * Listens and answers from then on.
   *
   * @param listen port 0 takes any free one
   * @throws IOException if the address cannot be listened on; the message names it and the cause
   */
  public static AdminServer start(
      Transport transport,
      InetSocketAddress listen,
      Set<Host> hosts,
      AdminContent content,
      ServerControl control)
      throws IOException {
    AdminRoutes routes =
        new AdminRoutes(new AllowedHosts(hosts), content, PageAssets.load(), control);
    EventLoopGroup loop =
        new MultiThreadIoEventLoopGroup(
            1, new DefaultThreadFactory("admin", true), transport.ioHandlers());
    try {
      return new AdminServer(
          loop,
          AdminListener.start(
              transport, loop.next(), listen, AdminListener.Limits.DEFAULT, routes::answer));
    } catch (IOException | RuntimeException | Error e) {
      end(loop);
      throw e;
    }
  }

  /** Where it listens, with the port that was chosen if 0 was asked for. */
  public InetSocketAddress localAddress() {
    return listener.localAddress();
  }

  /** Stops listening, closes its connections and ends its thread. Waits for a bounded time. */
  @Override
  public void close() {
    listener.close();
    end(loop);
  }

  private static void end(EventLoopGroup loop) {
    var _ =
        loop.shutdownGracefully(0, CLOSE_SECONDS, TimeUnit.SECONDS)
            .awaitUninterruptibly(CLOSE_SECONDS, TimeUnit.SECONDS);
  }
}
