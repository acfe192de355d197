package io.detour.core.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.util.ReferenceCountUtil;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class TcpChannelTest {
  private static final int TIMEOUT_MILLIS = 20_000;

  /** More than two socket buffers hold, so that writes block. */
  private static final int LARGE = 32 << 20;

  private MultiThreadIoEventLoopGroup group;
  private Channel listener;
  private final BlockingQueue<Seen> accepted = new LinkedBlockingQueue<>();

  @BeforeEach
  void start() {
    assumeTrue(Epoll.isAvailable(), "there is no epoll");
    group = new MultiThreadIoEventLoopGroup(2, EpollIoHandler.newFactory());
    listener =
        new ServerBootstrap()
            .group(group)
            .channelFactory(() -> new TcpListener(SocketProtocolFamily.INET))
            .option(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
            .childOption(ChannelOption.AUTO_READ, false)
            .childHandler(
                new ChannelInitializer<>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    Seen seen = new Seen(channel);
                    channel.pipeline().addLast(seen);
                    accepted.add(seen);
                  }
                })
            .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .syncUninterruptibly()
            .channel();
  }

  @AfterEach
  void stop() {
    if (group != null) {
      group.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
    }
  }

  /** What a channel has told its pipeline, in order; bytes in a row are one word. */
  private static final class Seen extends ChannelInboundHandlerAdapter {
    final Channel channel;
    final List<String> events = new CopyOnWriteArrayList<>();
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    Seen(Channel channel) {
      this.channel = channel;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      synchronized (bytes) {
        bytes.writeBytes(ByteBufUtil.getBytes((ByteBuf) message));
      }
      ReferenceCountUtil.release(message);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
      if (event instanceof ChannelInputShutdownEvent) {
        events.add("ended");
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      events.add(cause instanceof IOException ? "failed" : cause.toString());
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      events.add("inactive");
    }

    byte[] bytes() {
      synchronized (bytes) {
        return bytes.toByteArray();
      }
    }

    int count() {
      synchronized (bytes) {
        return bytes.size();
      }
    }

    String text() {
      return new String(bytes(), StandardCharsets.US_ASCII);
    }

    void read() {
      channel.read();
    }

    void reads(boolean all) {
      channel.config().setAutoRead(all);
    }
  }

  private Socket connect() throws IOException {
    Socket client = new Socket();
    client.setSoTimeout(TIMEOUT_MILLIS);
    client.connect(listener.localAddress(), TIMEOUT_MILLIS);
    return client;
  }

  private Seen accepted() throws InterruptedException {
    Seen seen = accepted.poll(TIMEOUT_MILLIS, TimeUnit.MILLISECONDS);
    assertThat(seen).as("accepted in time").isNotNull();
    return seen;
  }

  private static void say(Socket client, String text) throws IOException {
    client.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
  }

  private static void reset(Socket client) throws IOException {
    client.setSoLinger(true, 0);
    client.close();
  }

  private static byte[] pattern(int bytes) {
    byte[] pattern = new byte[bytes];
    for (int i = 0; i < bytes; i++) {
      pattern[i] = (byte) (i * 31 + (i >> 8));
    }
    return pattern;
  }

  @Test
  void nothingIsReadThatIsNotWantedAlsoWhenThePeerHasEnded() throws Exception {
    try (Socket client = connect()) {
      Seen seen = accepted();
      say(client, "hello");
      client.shutdownOutput();
      // The loop has had the events by the time it answers to something that came later.
      try (Socket later = connect()) {
        Seen second = accepted();
        say(later, "x");
        second.read();
        Awaitility.await().until(() -> second.text().equals("x"));
      }
      assertThat(seen.text()).isEmpty();
      assertThat(seen.events).isEmpty();

      seen.reads(true);

      Awaitility.await().until(() -> seen.events.contains("ended"));
      assertThat(seen.text()).isEqualTo("hello");
      assertThat(seen.events).containsExactly("ended");
      assertThat(seen.channel.isActive()).isTrue();
    }
  }

  @Test
  void oneReadTakesWhatIsThere() throws Exception {
    try (Socket client = connect()) {
      Seen seen = accepted();
      seen.read();
      say(client, "one");
      Awaitility.await().until(() -> seen.text().equals("one"));
      say(client, "two");
      seen.read();
      Awaitility.await().until(() -> seen.text().equals("onetwo"));
    }
  }

  @Test
  void aStreamThatIsStoppedAndGoesOnIsWhole() throws Exception {
    byte[] sent = pattern(LARGE);
    try (Socket client = connect()) {
      Seen seen = accepted();
      Thread writer = Thread.ofVirtual().start(() -> write(client, sent));
      for (int i = 0; i < 20; i++) {
        seen.reads(true);
        int before = seen.count();
        Awaitility.await().until(() -> seen.count() > before || seen.count() == LARGE);
        seen.reads(false);
      }
      seen.reads(true);
      writer.join();
      client.shutdownOutput();
      Awaitility.await().until(() -> seen.events.contains("ended"));
      assertThat(seen.bytes()).isEqualTo(sent);
    }
  }

  private static void write(Socket client, byte[] bytes) {
    try {
      client.getOutputStream().write(bytes);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void aResetClosesAtOnceBehindTheBytesThatCameBefore() throws Exception {
    Socket client = connect();
    Seen seen = accepted();
    say(client, "last words");
    reset(client);

    assertThat(seen.channel.closeFuture().await(TIMEOUT_MILLIS)).isTrue();
    assertThat(seen.text()).isEqualTo("last words");
    Awaitility.await().until(() -> seen.events.contains("inactive"));
    assertThat(seen.events).containsExactly("failed", "inactive");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aResetBehindAnEndClosesWhetherTheEndWasReadOrNot(boolean read) throws Exception {
    Socket client = connect();
    Seen seen = accepted();
    client.shutdownOutput();
    if (read) {
      seen.read();
      Awaitility.await().until(() -> seen.events.contains("ended"));
    }
    // Bytes that the client has not read when it closes make its close a reset.
    seen.channel.writeAndFlush(Unpooled.copiedBuffer("unread", StandardCharsets.US_ASCII)).sync();
    Awaitility.await().until(() -> client.getInputStream().available() > 0);
    client.close();

    assertThat(seen.channel.closeFuture().await(TIMEOUT_MILLIS)).isTrue();
  }

  @Test
  void withoutHalfClosureAnEndCloses() throws Exception {
    try (Socket client = connect()) {
      Seen seen = accepted();
      seen.channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, false);
      seen.reads(true);
      client.shutdownOutput();

      assertThat(seen.channel.closeFuture().await(TIMEOUT_MILLIS)).isTrue();
      assertThat(client.getInputStream().read()).isEqualTo(-1);
    }
  }

  @Test
  void aLargeAnswerReachesAClientThatHasEndedItsDirection() throws Exception {
    byte[] answer = pattern(LARGE);
    try (Socket client = connect()) {
      Seen seen = accepted();
      client.shutdownOutput();
      seen.reads(true);
      Awaitility.await().until(() -> seen.events.contains("ended"));
      ChannelFuture written = seen.channel.writeAndFlush(Unpooled.wrappedBuffer(answer));

      assertThat(client.getInputStream().readNBytes(LARGE)).isEqualTo(answer);
      assertThat(written.await(TIMEOUT_MILLIS)).isTrue();
      assertThat(written.isSuccess()).isTrue();
    }
  }

  static Stream<int[]> sizes() {
    return Stream.of(
        new int[] {1},
        new int[] {0, 0, 5, 0},
        new int[] {0},
        IntStream.rangeClosed(1, 300).toArray(),
        new int[] {3 << 20, 1, 3 << 20, 0, 7},
        IntStream.range(0, 2_000).map(i -> i * 7 % 9_001).toArray());
  }

  @ParameterizedTest
  @MethodSource("sizes")
  void buffersArriveInTheirOrderAndAreAllTold(int[] sizes) throws Exception {
    byte[] all = pattern(IntStream.of(sizes).sum());
    try (Socket client = connect()) {
      Seen seen = accepted();
      int from = 0;
      List<ChannelFuture> writes = new ArrayList<>();
      for (int i = 0; i < sizes.length; i++) {
        byte[] part = Arrays.copyOfRange(all, from, from + sizes[i]);
        ByteBuf buffer = i % 2 == 0 ? Unpooled.wrappedBuffer(part) : Unpooled.directBuffer();
        writes.add(seen.channel.write(i % 2 == 0 ? buffer : buffer.writeBytes(part)));
        from += sizes[i];
      }
      seen.channel.flush();

      assertThat(client.getInputStream().readNBytes(all.length)).isEqualTo(all);
      for (ChannelFuture write : writes) {
        assertThat(write.await(TIMEOUT_MILLIS)).isTrue();
        assertThat(write.isSuccess()).isTrue();
      }
    }
  }

  @Test
  void theEndOfTheOutputIsToldBehindTheBytes() throws Exception {
    try (Socket client = connect()) {
      Seen seen = accepted();
      seen.channel.writeAndFlush(Unpooled.copiedBuffer("bye", StandardCharsets.US_ASCII)).sync();
      ((TcpChannel) seen.channel).shutdownOutput().sync();

      assertThat(client.getInputStream().readAllBytes()).asString().isEqualTo("bye");
      say(client, "heard");
      seen.reads(true);
      Awaitility.await().until(() -> seen.text().equals("heard"));
    }
  }

  @Test
  void aConnectionBeginsWithTheOptionsOfItsListener() throws Exception {
    try (Socket client = connect()) {
      Seen seen = accepted();
      assertThat(seen.channel.config().getOption(ChannelOption.TCP_NODELAY)).isTrue();
      assertThat(seen.channel.remoteAddress()).isEqualTo(client.getLocalSocketAddress());
      assertThat(seen.channel.localAddress()).isEqualTo(client.getRemoteSocketAddress());
    }
  }

  @Test
  void optionsOfAClosedConnectionAreRefused() throws Exception {
    try (Socket client = connect()) {
      Seen seen = accepted();
      seen.channel.close().sync();
      assertThatThrownBy(() -> seen.channel.config().setOption(ChannelOption.SO_LINGER, 0))
          .isInstanceOf(ChannelException.class);
      assertThat(client.getInputStream().read()).isEqualTo(-1);
    }
  }

  @Test
  void whoIsNotAcceptedWaitsAndIsAcceptedLater() throws Exception {
    listener.config().setAutoRead(false);
    listener.eventLoop().submit(() -> {}).sync();
    try (Socket _ = connect();
        Socket _ = connect()) {
      // One may have come in with what the listener had asked for before.
      Awaitility.await().pollDelay(50, TimeUnit.MILLISECONDS).until(() -> accepted.size() < 2);
      listener.config().setAutoRead(true);
      Awaitility.await().until(() -> accepted.size() == 2);
    }
  }

  @Test
  void manyAreAcceptedInOneTurnAndMore() throws Exception {
    List<Socket> clients = new CopyOnWriteArrayList<>();
    for (int i = 0; i < 100; i++) {
      clients.add(connect());
    }
    Awaitility.await().until(() -> accepted.size() == 100);
    for (Socket client : clients) {
      client.close();
    }
  }

  private Bootstrap dialer() {
    return new Bootstrap()
        .group(group)
        .channelFactory(() -> new TcpChannel(SocketProtocolFamily.INET))
        .option(ChannelOption.AUTO_READ, false)
        .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
        .handler(new ChannelInboundHandlerAdapter());
  }

  @Test
  void aConnectSucceedsAndReadsWhatThePeerSaysFirst() throws Exception {
    try (ServerSocket origin = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      ChannelFuture connected = dialer().connect(origin.getLocalSocketAddress());
      try (Socket peer = origin.accept()) {
        say(peer, "220 ready");
        assertThat(connected.await(TIMEOUT_MILLIS)).isTrue();
        Channel channel = connected.channel();
        assertThat(channel.isActive()).isTrue();
        assertThat(channel.remoteAddress()).isEqualTo(origin.getLocalSocketAddress());
        Seen seen = new Seen(channel);
        channel.pipeline().addLast(seen);
        seen.read();
        Awaitility.await().until(() -> seen.text().equals("220 ready"));
      }
    }
  }

  @Test
  void aRefusedConnectFails() throws Exception {
    int port;
    try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = closed.getLocalPort();
    }
    ChannelFuture connected = dialer().connect(InetAddress.getLoopbackAddress(), port);
    assertThat(connected.await(TIMEOUT_MILLIS)).isTrue();
    assertThat(connected.cause()).isInstanceOf(ConnectException.class);
    assertThat(connected.channel().closeFuture().await(TIMEOUT_MILLIS)).isTrue();
  }

  @Test
  void aConnectThatNobodyAnswersIsPendingUntilItsTimeout() throws Exception {
    List<SocketChannel> fillers = new ArrayList<>();
    try (ServerSocket full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      int unanswered = 0;
      for (int i = 0; i < 16 && unanswered < 2; i++) {
        SocketChannel filler = SocketChannel.open();
        fillers.add(filler);
        filler.configureBlocking(false);
        boolean answered = filler.connect(full.getLocalSocketAddress()) || filler.finishConnect();
        unanswered = answered ? 0 : unanswered + 1;
      }
      assumeTrue(unanswered == 2, "this kernel drops no SYN for a full accept queue");

      ChannelFuture connected =
          dialer()
              .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 200)
              .connect(full.getLocalSocketAddress());
      assertThat(connected.await(TIMEOUT_MILLIS)).isTrue();
      assertThat(connected.cause()).isInstanceOf(ConnectTimeoutException.class);
      assertThat(connected.channel().closeFuture().await(TIMEOUT_MILLIS)).isTrue();
    } finally {
      for (SocketChannel filler : fillers) {
        filler.close();
      }
    }
  }

  @Test
  void theEndOfTheEventLoopClosesConnectionsAndListener() throws Exception {
    try (Socket client = connect()) {
      Seen seen = accepted();
      group.shutdownGracefully(20, 5_000, TimeUnit.MILLISECONDS).awaitUninterruptibly();
      assertThat(seen.channel.isOpen()).isFalse();
      assertThat(listener.isOpen()).isFalse();
      assertThat(client.getInputStream().read()).isEqualTo(-1);
    }
  }
}
