package io.detour.core.relay;

import static io.detour.core.relay.Tunnel.Transport.NIO;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.detour.core.CloseReason;
import io.detour.core.Direction;
import io.detour.core.RelayPath;
import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The relay over channels that are no epoll sockets: what NIO and TLS have of their own. The
 * close-down rows run through it in {@link RelayCloseTest}.
 */
@Timeout(60)
class PortableRelayTest {
  private static final long BYTES = 50L << 20;
  private static final int MEBIBYTE = 1 << 20;

  @Test
  @Tag("S09")
  void streamsBothWaysAtOnceArriveUnchanged() throws Exception {
    try (Tunnel tunnel = new Tunnel.Setup(RelayOptions.defaults()).over(NIO).open()) {
      var sentUp = RelayStreamTest.send(tunnel.client, BYTES, 1);
      var sentDown = RelayStreamTest.send(tunnel.upstream, BYTES, 2);
      var receivedUp = RelayStreamTest.receive(tunnel.upstream);
      var receivedDown = RelayStreamTest.receive(tunnel.client);

      assertThat(receivedUp.get()).isEqualTo(sentUp.get());
      assertThat(receivedDown.get()).isEqualTo(sentDown.get());
      assertThat(tunnel.ended().upstreamBytes()).isEqualTo(BYTES);
      assertThat(tunnel.ended().downstreamBytes()).isEqualTo(BYTES);
      assertThat(tunnel.statistics().relayedBytes(Direction.UPSTREAM, RelayPath.COPY))
          .isEqualTo(BYTES);
    }
  }

  @Test
  void whatTheClientSaidBeforeItWasAnsweredIsKnown() throws Exception {
    try (Tunnel tunnel = new Tunnel.Setup(RelayOptions.defaults()).over(NIO).open()) {
      RelayStreamTest.sayAnswerSay(tunnel);

      assertThat(tunnel.ended().openingBytes()).isEqualTo(5);
      assertThat(tunnel.ended().upstreamBytes()).isEqualTo(12);
    }
  }

  @ParameterizedTest(name = "T01 TLS on {0}")
  @EnumSource
  void aTlsClientThatEndsItsDirectionStillGetsTheAnswer(Tunnel.Transport transport)
      throws Exception {
    X509Bundle certificate = certificate();
    try (Tunnel tunnel = tlsTunnel(transport, certificate);
        SSLSocket client = tlsClient(tunnel, certificate)) {
      client.getOutputStream().write(new byte[MEBIBYTE]);
      assertThat(tunnel.upstream.getInputStream().readNBytes(MEBIBYTE)).hasSize(MEBIBYTE);
      client.shutdownOutput();
      assertThat(tunnel.upstream.getInputStream().read()).isEqualTo(-1);

      tunnel.upstream.getOutputStream().write(new byte[MEBIBYTE]);
      tunnel.upstream.shutdownOutput();
      assertThat(client.getInputStream().readAllBytes()).hasSize(MEBIBYTE);
      tunnel.endsWith(CloseReason.CLIENT_FIN);
    }
  }

  @ParameterizedTest(name = "T02 TLS on {0}")
  @EnumSource
  void aTlsClientCanAnswerAfterTheEndOfTheUpstreamHost(Tunnel.Transport transport)
      throws Exception {
    X509Bundle certificate = certificate();
    try (Tunnel tunnel = tlsTunnel(transport, certificate);
        SSLSocket client = tlsClient(tunnel, certificate)) {
      client.startHandshake();
      tunnel.upstream.shutdownOutput();
      assertThat(client.getInputStream().read()).isEqualTo(-1);

      client.getOutputStream().write(new byte[MEBIBYTE]);
      client.shutdownOutput();
      assertThat(tunnel.upstream.getInputStream().readAllBytes()).hasSize(MEBIBYTE);
      tunnel.endsWith(CloseReason.UPSTREAM_FIN);
    }
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource
  void anEndOfTheSocketWithoutOneOfTlsIsALoss(Tunnel.Transport transport) throws Exception {
    X509Bundle certificate = certificate();
    try (Tunnel tunnel = tlsTunnel(transport, certificate)) {
      SSLSocket client = tlsClient(tunnel, certificate);
      client.getOutputStream().write(new byte[100]);
      assertThat(tunnel.upstream.getInputStream().readNBytes(100)).hasSize(100);
      tunnel.client.shutdownOutput();

      assertThatThrownBy(() -> tunnel.upstream.getInputStream().read())
          .isInstanceOf(IOException.class);
      tunnel.endsWith(CloseReason.CLIENT_RESET);
    }
  }

  @ParameterizedTest(name = "T08 TLS on {0}")
  @EnumSource
  void aResetOfTheUpstreamHostIsNoCleanEndOfTls(Tunnel.Transport transport) throws Exception {
    X509Bundle certificate = certificate();
    try (Tunnel tunnel = tlsTunnel(transport, certificate);
        SSLSocket client = tlsClient(tunnel, certificate)) {
      client.startHandshake();
      tunnel.upstream.getOutputStream().write(new byte[100]);
      assertThat(client.getInputStream().readNBytes(100)).hasSize(100);
      Tunnel.reset(tunnel.upstream);

      assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(IOException.class);
      tunnel.endsWith(CloseReason.UPSTREAM_RESET);
    }
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource
  void aTlsClientThatEndsBeforeTheRelayBeginsGetsItsAnswer(Tunnel.Transport transport)
      throws Exception {
    X509Bundle certificate = certificate();
    SslContext tls = SslContextBuilder.forServer(certificate.toKeyManagerFactory()).build();
    try (Tunnel tunnel =
            new Tunnel.Setup(RelayOptions.defaults())
                .over(transport)
                .clientTls(tls)
                .beginningLate()
                .open();
        SSLSocket client = tlsClient(tunnel, certificate)) {
      client.getOutputStream().write(new byte[100]);
      client.shutdownOutput();

      assertThat(tunnel.upstream.getInputStream().readAllBytes()).hasSize(100);
      tunnel.upstream.getOutputStream().write(new byte[200]);
      tunnel.upstream.shutdownOutput();
      assertThat(client.getInputStream().readAllBytes()).hasSize(200);
      tunnel.endsWith(CloseReason.CLIENT_FIN);
    }
  }

  @Test
  void oneChannelIsNoTunnel() throws Exception {
    try (RelayEngine engine = new RelayEngine(RelayOptions.defaults())) {
      MultiThreadIoEventLoopGroup group =
          new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
      Channel channel = registered(group);

      assertThatThrownBy(() -> engine.relay(channel, channel, stats -> {}))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("expected: two connections");
      channel.close();
      group.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }
  }

  @Test
  void channelsOfTwoNioLoopsAreRefusedUntouched() throws Exception {
    MultiThreadIoEventLoopGroup group =
        new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());
    try (RelayEngine engine = new RelayEngine(RelayOptions.defaults())) {
      Channel client = registered(group);
      Channel upstream = registered(group);

      assertThatThrownBy(() -> engine.relay(client, upstream, stats -> {}))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("on two event loops (expected: both on the same");
      assertThat(client.isOpen()).isTrue();
      assertThat(upstream.isOpen()).isTrue();
      client.close();
      upstream.close();
    } finally {
      group.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }
  }

  private static Channel registered(MultiThreadIoEventLoopGroup group) {
    Channel channel = new NioSocketChannel();
    EventLoopGroup loops = group;
    loops.register(channel).syncUninterruptibly();
    return channel;
  }

  private static X509Bundle certificate() throws Exception {
    return new CertificateBuilder()
        .ecp256()
        .subject("CN=localhost")
        .addSanDnsName("localhost")
        .setIsCertificateAuthority(true)
        .buildSelfSigned();
  }

  private static Tunnel tlsTunnel(Tunnel.Transport transport, X509Bundle certificate)
      throws Exception {
    SslContext tls = SslContextBuilder.forServer(certificate.toKeyManagerFactory()).build();
    return new Tunnel.Setup(RelayOptions.defaults()).over(transport).clientTls(tls).open();
  }

  private static SSLSocket tlsClient(Tunnel tunnel, X509Bundle certificate) throws Exception {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, certificate.toTrustManagerFactory().getTrustManagers(), null);
    return (SSLSocket)
        context.getSocketFactory().createSocket(tunnel.client, "localhost", 443, false);
  }
}
