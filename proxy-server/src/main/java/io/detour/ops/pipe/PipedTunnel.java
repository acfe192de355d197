package io.detour.ops.pipe;

import io.detour.core.CloseReason;
import io.detour.core.HostPort;
import io.detour.core.TunnelStats;
import io.detour.core.relay.RelayEngine;
import io.detour.core.relay.RelayOptions;
import io.detour.ops.ledger.Ledger;
import io.detour.rules.RuleSet;
import io.detour.server.accept.ClientLoop;
import io.detour.server.access.AccessControl;
import io.detour.server.access.AccessOptions;
import io.detour.server.access.DestinationPolicy;
import io.detour.server.account.RequestCounters;
import io.detour.server.account.RequestKind;
import io.detour.server.decide.RulesInForce;
import io.detour.server.dial.DialOptions;
import io.detour.server.dial.Dialer;
import io.detour.server.dial.OwnAddresses;
import io.detour.server.dial.RouteDialer;
import io.detour.server.log.AccessLog;
import io.detour.server.serve.Client;
import io.detour.server.serve.Services;
import io.detour.server.serve.Tunnel;
import io.detour.server.status.Refusal;
import io.detour.server.transport.Transport;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.Errors;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One tunnel between a blocking input and output and a target, through the same rules, dialer and
 * relay as those of a server.
 *
 * <p>Two daemon threads copy between the channels and one end of a {@link PrivateConnection}; the
 * tunnel has the other. The end of the input becomes an end of stream for the target, the target's
 * end closes the output, and either direction goes on when the other has ended. A thread that waits
 * for input is left behind when the tunnel is over, since nothing can interrupt a blocking read.
 */
public final class PipedTunnel {
  private static final Logger logger = LoggerFactory.getLogger(PipedTunnel.class);
  private static final int CLOSE_SECONDS = 5;

  private final SocketChannel socket;
  private final ReadableByteChannel in;
  private final WritableByteChannel out;

  private final CompletableFuture<Result> end = new CompletableFuture<>();

  /** Completed when nothing is written to the output any more. */
  private final CompletableFuture<Result> delivered = new CompletableFuture<>();

  /** How a tunnel ended. */
  public sealed interface Result {
    /** Both directions have ended, and every byte was delivered. */
    record Whole() implements Result {}

    /** Nobody reads the output any more. */
    record OutputClosed() implements Result {}

    /** There was no tunnel, or it was cut; the reason is a phrase that may quote the rules. */
    record Broken(String reason) implements Result {}
  }

  private PipedTunnel(SocketChannel socket, ReadableByteChannel in, WritableByteChannel out) {
    this.socket = socket;
    this.in = in;
    this.out = out;
  }

  /**
   * Carries one tunnel from its beginning to its end. Waits; not on an event loop.
   *
   * @param dial how the target is resolved and connected to; every address is allowed
   * @param asked where to, before the rules
   * @param in read until its end, in blocking mode
   * @param out written to in blocking mode, and closed when the target has ended its direction;
   *     that its reader has gone is an {@code Errors.NativeIoException} with EPIPE
   * @param temporary an existing directory for the name of the private connection
   * @throws IOException if this machine refuses the private connection; the message says why
   */
  public static Result carry(
      RuleSet rules,
      DialOptions dial,
      RelayOptions relay,
      HostPort asked,
      ReadableByteChannel in,
      WritableByteChannel out,
      Path temporary)
      throws IOException {
    EventLoopGroup group =
        new MultiThreadIoEventLoopGroup(
            1, new DefaultThreadFactory("pipe", true), Transport.epoll().ioHandlers());
    // Whoever runs this can connect to every address without it.
    DialOptions anywhere = dial.withDestinations(DestinationPolicy.everything());
    try (Dialer dialer = new Dialer(anywhere, Transport.epoll(), new OwnAddresses());
        RelayEngine engine = new RelayEngine(relay)) {
      PrivateConnection connection = PrivateConnection.open(group, temporary);
      try (SocketChannel outside = connection.outside()) {
        PipedTunnel pipe = new PipedTunnel(outside, in, out);
        pipe.start(
            new Services(
                AccessControl.start(AccessOptions.open()),
                new RulesInForce(rules),
                new RouteDialer(dialer),
                engine,
                new AccessLog(0),
                Ledger.off(),
                InstantSource.system()),
            connection.inside(),
            asked);
        return pipe.await();
      }
    } finally {
      group.shutdownGracefully(0, CLOSE_SECONDS, TimeUnit.SECONDS).awaitUninterruptibly();
    }
  }

  private void start(Services services, Channel inside, HostPort asked) {
    ClientLoop loop = new ClientLoop(new RequestCounters(1).loop(0));
    inside.eventLoop().execute(() -> Tunnel.start(services, loop, new Inside(inside, end), asked));
    Thread.ofPlatform().daemon().name("stdin").start(this::carryUp);
    Thread.ofPlatform().daemon().name("stdout").start(this::carryDown);
  }

  private Result await() {
    Result delivery = delivered.join();
    return delivery instanceof Result.Whole ? end.join() : delivery;
  }

  private void carryUp() {
    switch (new BlockingCopy(in, socket).run()) {
      case BlockingCopy.End.SourceEnded _ -> endUpstream();
      case BlockingCopy.End.SourceFailed failed -> {
        end.complete(new Result.Broken("standard input: " + failed.cause().getMessage()));
        close(socket);
      }
      case BlockingCopy.End.SinkFailed _ -> {} // The tunnel is over, and says itself why.
    }
  }

  private void endUpstream() {
    try {
      socket.shutdownOutput();
    } catch (IOException e) {
      logger.debug("the tunnel was over before the input", e);
    }
  }

  private void carryDown() {
    delivered.complete(
        switch (new BlockingCopy(socket, out).run()) {
          case BlockingCopy.End.SourceEnded _, BlockingCopy.End.SourceFailed _ -> closeOutput();
          case BlockingCopy.End.SinkFailed failed -> outputFailed(failed.cause());
        });
  }

  private Result closeOutput() {
    try {
      out.close();
      return new Result.Whole();
    } catch (IOException e) {
      return outputFailed(e);
    }
  }

  private static Result outputFailed(IOException cause) {
    boolean readerHasGone =
        cause instanceof Errors.NativeIoException failure
            && failure.expectedErr() == Errors.ERRNO_EPIPE_NEGATIVE;
    return readerHasGone
        ? new Result.OutputClosed()
        : new Result.Broken("standard output: " + cause.getMessage());
  }

  private static void close(SocketChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      logger.debug("close", e);
    }
  }

  /** This process as a client: one end of the private connection. Completes the end once. */
  private record Inside(Channel channel, CompletableFuture<Result> end) implements Client {
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
      end.complete(new Result.Broken(refusal.details() + rcode));
      channel.close();
    }

    @Override
    public void ended(TunnelStats stats) {
      end.complete(result(stats.reason()));
    }

    private static Result result(CloseReason reason) {
      return switch (reason) {
        case CLIENT_FIN, UPSTREAM_FIN -> new Result.Whole();
        case CLIENT_RESET -> new Result.OutputClosed();
        case UPSTREAM_RESET -> new Result.Broken("the target reset the connection");
        case IDLE_TIMEOUT, HALF_CLOSE_TIMEOUT -> new Result.Broken("no byte moved for too long");
        case WRITE_STALL -> new Result.Broken("the bytes were not taken for too long");
        case DRAIN, KILLED, ERROR -> new Result.Broken("the tunnel was cut");
      };
    }
  }
}
