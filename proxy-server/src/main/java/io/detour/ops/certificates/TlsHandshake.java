package io.detour.ops.certificates;

import io.detour.core.Host;
import io.detour.core.Printable;
import io.detour.ops.certificates.ProbeReport.HandshakeError;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSession;
import javax.net.ssl.StandardConstants;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/** A TLS handshake as a client, which keeps any certificate. Used by its channel's loop alone. */
final class TlsHandshake {
  /** How the JDK tells of an alert; its name follows to the end of the message. */
  private static final String ALERT = "Received fatal alert: ";

  private final SSLEngine engine;
  private final Recorder recorder = new Recorder();
  private final Duration timeout;

  /** How the connection ended if it did; written by the event loop. */
  private @Nullable HandshakeError ended;

  /** The chain is empty if none was sent, the error null if the handshake went through. */
  record Ending(
      List<X509Certificate> chain,
      String protocol,
      String cipherSuite,
      @Nullable HandshakeError error,
      String details,
      Duration took) {}

  /** Tells the server (SNI) a name that is no address (RFC 6066 3). */
  TlsHandshake(Host name, Duration timeout) {
    this.timeout = timeout;
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, new TrustManager[] {recorder}, null);
      engine = context.createSSLEngine();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has TLS", e);
    }
    engine.setUseClientMode(true);
    SSLParameters parameters = engine.getSSLParameters();
    parameters.setServerNames(name.isAddress() ? List.of() : List.of(new AnyHostName(name)));
    engine.setSSLParameters(parameters);
  }

  /** Starts on an empty pipeline; tells the end on its loop, within the timeout, and closes it. */
  void start(Channel channel, Consumer<Ending> done) {
    long startNanoTime = System.nanoTime();
    SslHandler tls = new SslHandler(engine);
    tls.setHandshakeTimeoutMillis(timeout.toMillis());
    tls.handshakeFuture()
        .addListener(
            (Future<Channel> handshake) -> {
              Duration took = Duration.ofNanos(System.nanoTime() - startNanoTime);
              try {
                done.accept(ending(handshake, took));
              } finally {
                channel.close();
              }
            });
    channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, false);
    channel.pipeline().addLast(new Watch(), tls, new Sink());
    channel.config().setAutoRead(true);
  }

  private Ending ending(Future<Channel> handshake, Duration took) {
    if (handshake.isSuccess()) {
      SSLSession session = engine.getSession();
      return new Ending(
          recorder.chain, session.getProtocol(), session.getCipherSuite(), null, "", took);
    }
    String message = String.valueOf(handshake.cause().getMessage());
    HandshakeError error = error(handshake.cause(), message);
    return new Ending(recorder.chain, "", "", error, details(error, message), took);
  }

  private HandshakeError error(Throwable cause, String message) {
    return switch (cause) {
      case NotSslRecordException _ -> HandshakeError.NO_TLS;
      case SslHandshakeTimeoutException _ -> HandshakeError.TIMEOUT;
      case SSLException _ when message.contains(ALERT) -> HandshakeError.ALERT;
      default -> ended == null ? HandshakeError.UNUSABLE : ended;
    };
  }

  private String details(HandshakeError error, String message) {
    return switch (error) {
      case NO_TLS -> "the server does not speak TLS";
      case ALERT ->
          "the server refused with the alert "
              + message.substring(message.indexOf(ALERT) + ALERT.length());
      case CLOSED -> "the server ended the connection during the handshake";
      case RESET -> "the connection was reset during the handshake";
      case TIMEOUT -> "the handshake was not over after " + timeout.toMillis() + " ms";
      case UNUSABLE -> Printable.escaped(message);
    };
  }

  /** {@link javax.net.ssl.SNIHostName} refuses names that browsers do not: with underscores. */
  private static final class AnyHostName extends SNIServerName {
    AnyHostName(Host name) {
      super(StandardConstants.SNI_HOST_NAME, name.name().getBytes(StandardCharsets.US_ASCII));
    }
  }

  /** Stands before the TLS handler, and so sees first that the connection ends. */
  private final class Watch extends ChannelInboundHandlerAdapter {
    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      ended = HandshakeError.RESET;
      context.fireExceptionCaught(cause);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      if (ended == null) {
        ended = HandshakeError.CLOSED;
      }
      context.fireChannelInactive();
    }
  }

  /** Stands behind the TLS handler; the handshake's future has told what is to be told. */
  private static final class Sink extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      ReferenceCountUtil.release(message);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      context.close();
    }
  }

  /** Takes every certificate: it is judged when the handshake is over, whose bytes hold nothing. */
  private static final class Recorder extends X509ExtendedTrustManager {
    /** Written by the event loop, which runs the engine. */
    private List<X509Certificate> chain = List.of();

    @Override
    public void checkServerTrusted(X509Certificate[] sent, String authType, SSLEngine engine) {
      chain = List.of(sent);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] sent, String authType, Socket socket) {
      chain = List.of(sent);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] sent, String authType) {
      chain = List.of(sent);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] sent, String authType, SSLEngine engine) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void checkClientTrusted(X509Certificate[] sent, String authType, Socket socket) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void checkClientTrusted(X509Certificate[] sent, String authType) {
      throw new UnsupportedOperationException();
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
