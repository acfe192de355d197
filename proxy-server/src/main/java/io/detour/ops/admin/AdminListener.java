package io.detour.ops.admin;

import io.detour.server.transport.BindFailure;
import io.detour.server.transport.Transport;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.flow.FlowControlHandler;
import io.netty.handler.stream.ChunkedWriteHandler;
import io.netty.util.NetUtil;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * A listener of HTTP for operators and their tools, with bounds on what its clients can take of
 * memory, descriptors and time. On one event loop; any other thread may call.
 */
final class AdminListener implements AutoCloseable {
  /** The most descriptors of its connections: one may be there whose room is yet to be made. */
  static final int MAX_DESCRIPTORS = Limits.DEFAULT.connections() + 1;

  private static final int HEAD_LINE_BYTES = 4 * 1024;
  private static final int HEAD_FIELDS_BYTES = 8 * 1024;

  /** Also bounds how many pipelined requests wait in memory: those of one read. */
  private static final int READ_BYTES = 4 * 1024;

  private static final int CLOSE_SECONDS = 2;

  private final Channel socket;
  private final Connections connections;

  /** What requests get. On the event loop; no method waits. */
  interface Responder {
    /**
     * Decides on a well-formed request.
     *
     * @return completed on any thread, with anything else than an answer if there is a bug
     */
    CompletableFuture<Answer> answer(HttpRequest request);
  }

  /**
   * What clients can take.
   *
   * @param connections at once; one more, and the one without a request for the longest is closed
   * @param answerBytes in answers that are being taken; more, and the oldest are cut
   * @param request until a whole request has come, since the connection or the last answer
   * @param answer until the client has taken the whole answer
   */
  record Limits(int connections, long answerBytes, Duration request, Duration answer) {
    /**
     * Prometheus, which scrapes at least every two minutes or its series end, keeps its connection.
     */
    static final Limits DEFAULT =
        new Limits(32, 32L * 1024 * 1024, Duration.ofMinutes(2), Duration.ofMinutes(1));
  }

  private AdminListener(Channel socket, Connections connections) {
    this.socket = socket;
    this.connections = connections;
  }

  /**
   * Listens and answers from then on.
   *
   * @param loop of that transport
   * @param listen port 0 takes any free one
   * @throws IOException if the address cannot be listened on; the message names it and the cause
   */
  static AdminListener start(
      Transport transport,
      EventLoop loop,
      InetSocketAddress listen,
      Limits limits,
      Responder responder)
      throws IOException {
    Connections connections = new Connections(loop, limits);
    ChannelFuture bound =
        new ServerBootstrap()
            .group(loop)
            .channelFactory(() -> transport.serverSockets().apply(listen.getAddress()))
            .option(
                ChannelOption.RECVBUF_ALLOCATOR,
                new FixedRecvByteBufAllocator(READ_BYTES).maxMessagesPerRead(1))
            .childOption(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(READ_BYTES))
            .childHandler(pipeline(responder, connections))
            .bind(listen)
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      throw new IOException(
          "admin: cannot listen on "
              + NetUtil.toSocketAddressString(listen)
              + ": "
              + BindFailure.words(bound.cause()),
          bound.cause());
    }
    return new AdminListener(bound.channel(), connections);
  }

  private static ChannelInitializer<DuplexChannel> pipeline(
      Responder responder, Connections connections) {
    return new ChannelInitializer<>() {
      @Override
      protected void initChannel(DuplexChannel channel) {
        channel
            .pipeline()
            .addLast(
                new HttpServerCodec(
                    new HttpDecoderConfig()
                        .setMaxInitialLineLength(HEAD_LINE_BYTES)
                        .setMaxHeaderSize(HEAD_FIELDS_BYTES)),
                new ChunkedWriteHandler(),
                new FlowControlHandler(),
                new AdminConnection(channel, responder, connections));
      }
    };
  }

  /** Where it listens, with the port that was chosen if 0 was asked for. */
  InetSocketAddress localAddress() {
    return (InetSocketAddress) socket.localAddress();
  }

  /** Stops listening and closes the connections, whatever they do. Waits for a bounded time. */
  @Override
  public void close() {
    var _ = socket.close().awaitUninterruptibly(CLOSE_SECONDS, TimeUnit.SECONDS);
    if (!connections.loop.isShuttingDown()) {
      var _ =
          connections
              .loop
              .submit(connections::closeAll)
              .awaitUninterruptibly(CLOSE_SECONDS, TimeUnit.SECONDS);
    }
  }

  /** The open connections, least recently used first. On the event loop. */
  static final class Connections {
    private final EventLoop loop;
    private final Limits limits;
    private final SequencedSet<AdminConnection> open = new LinkedHashSet<>();

    private Connections(EventLoop loop, Limits limits) {
      this.loop = loop;
      this.limits = limits;
    }

    Limits limits() {
      return limits;
    }

    /** A new one, which another one makes room for if there are too many. */
    void add(AdminConnection connection) {
      while (open.size() >= limits.connections()) {
        open.removeFirst().close();
      }
      open.add(connection);
    }

    /** One that has just had a request. */
    void used(AdminConnection connection) {
      if (open.remove(connection)) {
        open.add(connection);
      }
    }

    void remove(AdminConnection connection) {
      open.remove(connection);
    }

    /** Cuts the oldest answers that others are taking until there is room for one more. */
    void makeRoom(AdminConnection taker, long bytes) {
      long taken = open.stream().mapToLong(AdminConnection::answerBytes).sum();
      for (AdminConnection other : List.copyOf(open)) {
        if (taken + bytes > limits.answerBytes() && other != taker && other.answerBytes() > 0) {
          taken -= other.answerBytes();
          open.remove(other);
          other.close();
        }
      }
    }

    private void closeAll() {
      List.copyOf(open).forEach(AdminConnection::close);
      open.clear();
    }
  }
}
