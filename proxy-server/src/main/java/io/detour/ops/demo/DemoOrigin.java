package io.detour.ops.demo;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.detour.core.Host;
import io.detour.core.HostPort;
import io.detour.core.Parsed;
import io.detour.server.access.PortSet;
import io.detour.server.transport.Transport;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.ssl.SslContext;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The new host of the example rules and, on another loopback address, the old one: both with HTTP,
 * HTTPS and a certificate for the legacy names. Where there is but one loopback address, as on
 * macOS, the old host has other ports. On one thread of their own; any other may call.
 */
public final class DemoOrigin implements AutoCloseable {
  static final InetAddress NEW_HOST = InetAddress.ofLiteral("127.0.0.1");
  static final InetAddress OLD_HOST = InetAddress.ofLiteral("127.0.0.2");
  private static final int HTTP_PORT = 8080;
  private static final int HTTPS_PORT = 8443;
  private static final int ANY_PORT = 0;
  private static final int REQUEST_BODY_BYTES = 64 * 1024;
  private static final int CLOSE_SECONDS = 5;

  private final Transport transport = Transport.available();
  private final EventLoopGroup loop =
      new MultiThreadIoEventLoopGroup(
          1, new DefaultThreadFactory("demo", true), transport.ioHandlers());
  private final ChannelGroup channels = new DefaultChannelGroup(loop.next(), true);
  private final DemoCertificate certificate;
  private final InetAddress oldHost;
  private final Ports http;
  private final Ports https;

  /** Of the two hosts: the same if their addresses differ. */
  private record Ports(int newHost, int oldHost) {}

  private DemoOrigin(DemoCertificate certificate, InetAddress oldHost, int httpPort, int httpsPort)
      throws IOException {
    this.certificate = certificate;
    try {
      this.oldHost = isHere(oldHost) ? oldHost : NEW_HOST;
      this.http = listen(httpPort, null);
      this.https = listen(httpsPort, certificate.server());
    } catch (IOException e) {
      var _ = loop.shutdownGracefully(0, CLOSE_SECONDS, TimeUnit.SECONDS);
      throw e;
    }
  }

  /**
   * Starts on ports 8080 and 8443, or on any free ones where those are taken.
   *
   * @throws IOException if there is no free port, or the certificate cannot be issued
   */
  public static DemoOrigin start() throws IOException, InterruptedException {
    return start(OLD_HOST, HTTP_PORT, HTTPS_PORT);
  }

  static DemoOrigin start(InetAddress oldHost, int httpPort, int httpsPort)
      throws IOException, InterruptedException {
    DemoCertificate certificate = DemoCertificate.issue(Keytool.ofThisJdk());
    try {
      return new DemoOrigin(certificate, oldHost, httpPort, httpsPort);
    } catch (IOException e) {
      certificate.close();
      throw e;
    }
  }

  public int httpPort() {
    return http.newHost;
  }

  public int httpsPort() {
    return https.newHost;
  }

  int oldHttpPort() {
    return http.oldHost;
  }

  int oldHttpsPort() {
    return https.oldHost;
  }

  /** All ports, of the old host, too. */
  public PortSet ports() {
    return PortSet.of(http.newHost, https.newHost).and(PortSet.of(http.oldHost, https.oldHost));
  }

  /** A PEM file with the certificate of the authority to trust; deleted by {@link #close}. */
  public Path certificateAuthority() {
    return certificate.authority();
  }

  /** The addresses of the new names, and of the legacy name that is passed on as it is. */
  public Map<Host, List<InetAddress>> hosts() {
    return DemoNames.hosts(NEW_HOST, oldHost);
  }

  /** Stops, and deletes the certificate's file. */
  @Override
  public void close() {
    await(channels.close());
    await(loop.shutdownGracefully(0, CLOSE_SECONDS, TimeUnit.SECONDS));
    certificate.close();
  }

  private static void await(Future<?> closed) {
    var _ = closed.awaitUninterruptibly(CLOSE_SECONDS, TimeUnit.SECONDS);
  }

  private boolean isHere(InetAddress address) {
    try {
      listen(new InetSocketAddress(address, ANY_PORT), null)
          .close()
          .awaitUninterruptibly(CLOSE_SECONDS, TimeUnit.SECONDS);
      return true;
    } catch (IOException _) {
      return false;
    }
  }

  /** Listens on one port of both addresses, which is another one if it is taken on either. */
  private Ports listen(int preferredPort, @Nullable SslContext tls) throws IOException {
    try {
      return listenOnBoth(preferredPort, tls);
    } catch (IOException _) {
      return listenOnBoth(ANY_PORT, tls);
    }
  }

  private Ports listenOnBoth(int wanted, @Nullable SslContext tls) throws IOException {
    Channel newHost = listen(new InetSocketAddress(NEW_HOST, wanted), tls);
    int port = port(newHost);
    int oldPort = oldHost.equals(NEW_HOST) ? ANY_PORT : port;
    try {
      Channel old = listen(new InetSocketAddress(oldHost, oldPort), tls);
      channels.add(old);
      channels.add(newHost);
      return new Ports(port, port(old));
    } catch (IOException e) {
      newHost.close().awaitUninterruptibly(CLOSE_SECONDS, TimeUnit.SECONDS);
      throw e;
    }
  }

  private static int port(Channel listening) {
    return ((InetSocketAddress) listening.localAddress()).getPort();
  }

  private Channel listen(InetSocketAddress address, @Nullable SslContext tls) throws IOException {
    ChannelFuture bound =
        new ServerBootstrap()
            .group(loop)
            .channelFactory(() -> transport.serverSockets().apply(address.getAddress()))
            .childHandler(new Pipeline(tls))
            .bind(address)
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      throw new IOException(
          "demo: cannot listen on " + address + ": " + bound.cause().getMessage(), bound.cause());
    }
    return bound.channel();
  }

  private boolean isOld(InetSocketAddress asked) {
    return asked.getAddress().equals(oldHost)
        && (asked.getPort() == http.oldHost || asked.getPort() == https.oldHost);
  }

  private final class Pipeline extends ChannelInitializer<DuplexChannel> {
    private final @Nullable SslContext tls;

    Pipeline(@Nullable SslContext tls) {
      this.tls = tls;
    }

    @Override
    protected void initChannel(DuplexChannel channel) {
      channels.add(channel);
      if (tls != null) {
        channel.pipeline().addLast(tls.newHandler(channel.alloc()));
      }
      channel
          .pipeline()
          .addLast(
              new HttpServerCodec(),
              new HttpObjectAggregator(REQUEST_BODY_BYTES, true),
              new Handler(tls != null, isOld((InetSocketAddress) channel.localAddress())));
    }
  }

  /** One connection to the demo origin: says what it was asked for. */
  private static final class Handler extends SimpleChannelInboundHandler<FullHttpRequest> {
    private final boolean tls;
    private final boolean old;

    Handler(boolean tls, boolean old) {
      this.tls = tls;
      this.old = old;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
      FullHttpResponse response = answer(request, old ? "old" : "new");
      boolean keepAlive = request.decoderResult().isSuccess() && HttpUtil.isKeepAlive(request);
      HttpUtil.setKeepAlive(response, keepAlive);
      var written = context.writeAndFlush(response);
      if (!keepAlive) {
        written.addListener(ChannelFutureListener.CLOSE);
      }
    }

    private FullHttpResponse answer(FullHttpRequest request, String host) {
      if (!request.decoderResult().isSuccess()) {
        return text(HttpResponseStatus.BAD_REQUEST, "malformed request\n");
      }
      HttpMethod method = request.method();
      if (!method.equals(HttpMethod.GET) && !method.equals(HttpMethod.HEAD)) {
        FullHttpResponse response =
            text(HttpResponseStatus.METHOD_NOT_ALLOWED, "method: expected GET or HEAD\n");
        response.headers().set(HttpHeaderNames.ALLOW, "GET, HEAD");
        return response;
      }
      return text(
          HttpResponseStatus.OK,
          """
          This is the %s host.
          asked for: %s
          transport: %s
          """
              .formatted(
                  host,
                  printable(request.headers().get(HttpHeaderNames.HOST)),
                  tls ? "TLS" : "plain"));
    }

    /** The canonical host and port; never what the client sent as it came. */
    private static String printable(@Nullable String host) {
      if (host == null) {
        return "(no host)";
      }
      Parsed<String> asked =
          host.indexOf(':') < 0
              ? Host.parse(host).map(Host::toString)
              : HostPort.parse(host).map(HostPort::toString);
      return switch (asked) {
        case Parsed.Value(String canonical) -> canonical;
        case Parsed.Malformed(String problem) -> "(" + problem + ")";
      };
    }

    private static FullHttpResponse text(HttpResponseStatus status, String body) {
      ByteBuf content = Unpooled.copiedBuffer(body, US_ASCII);
      FullHttpResponse response =
          new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, content);
      response
          .headers()
          .set(HttpHeaderNames.CONTENT_TYPE, HttpHeaderValues.TEXT_PLAIN)
          .set(HttpHeaderNames.CONTENT_LENGTH, content.readableBytes());
      return response;
    }

    /** A client that goes away or refuses the certificate is no event for a demo. */
    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      var _ = context.close();
    }
  }
}
