package io.detour.server.connect;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Heads byte by byte, as the network may split them anywhere. */
class HeadCheckTest {
  private final List<Object> offences = new ArrayList<>();
  private final EmbeddedChannel channel =
      new EmbeddedChannel(
          new HeadCheck(),
          new ChannelInboundHandlerAdapter() {
            @Override
            public void userEventTriggered(ChannelHandlerContext context, Object event) {
              offences.add(event);
            }
          });

  /** How much of a text got through. */
  private int passed(String text) {
    int bytes = 0;
    for (byte next : text.getBytes(StandardCharsets.ISO_8859_1)) {
      channel.writeInbound(Unpooled.wrappedBuffer(new byte[] {next}));
      for (ByteBuf through; (through = channel.readInbound()) != null; ) {
        bytes += through.readableBytes();
        through.release();
      }
    }
    return bytes;
  }

  @ParameterizedTest(name = "C20 C21: {0}")
  @ValueSource(
      strings = {
        "CONNECT h:443 HTTP/1.1\r\nHost: h:443\r\n\r\n",
        "\r\n\r\nCONNECT h:443 HTTP/1.0\r\n\r\n",
        "GET / HTTP/2.0\r\n\r\n",
        "CONNECT h:443 HTTP/1.1\r\nX: tab\there\r\nY: \u00e9\r\nZ:\r\n\r\n",
        "CONNECT h:443 HTTP/1.1\r\n"
            + "Host: h\r\n\r\n"
            + "\u0016\u0003\u0001 then\n"
            + "whatever\r"
            + " the tunnel\0 holds",
      })
  void whatIsWellFormedGoesThroughWhole(String text) {
    assertThat(passed(text)).isEqualTo(text.length());
    assertThat(offences).isEmpty();
  }

  @ParameterizedTest(name = "C19 C20 C21: {0}")
  @ValueSource(
      strings = {
        "CONNECT h:443 HTTP/1.1\nHost: h\r\n\r\n",
        "CONNECT h:443 HTTP/1.1\r\nX: a\rb\r\n\r\n",
        "\nCONNECT h:443 HTTP/1.1\r\n\r\n",
        "\u0016\u0003\u0001\u0002",
        "CONNECT h:443 HTTP/1.1\r\nX: \0\r\n\r\n",
        "CONNECT h:443 HTTP/1.1\r\nX: \u007f\r\n\r\n",
        "CONNECT h:443 HTTP/1.1\r\nX: a\r\n folded\r\n\r\n",
        "CONNECT h:443 HTTP/1.1\r\n X: a\r\n\r\n",
        " CONNECT h:443 HTTP/1.1\r\n\r\n",
        "CONNECT  h:443 HTTP/1.1\r\n\r\n",
        "CONNECT\th:443 HTTP/1.1\r\n\r\n",
        "CONNECT h:443 HTTP/1.1 \r\n\r\n",
        "CONNECT h:443 http/1.1\r\n\r\n",
        "CONNECT h:443\r\n\r\n",
        "CONNECT h:443 HTTP\r\n\r\n",
        "CONNECT\r\n\r\n",
      })
  void whatIsMalformedIsReportedOnceAndGoesNoFurther(String text) {
    assertThat(passed(text)).isLessThan(text.length());
    assertThat(offences).hasSize(1).allMatch(HeadCheck.Malformed.class::isInstance);
  }
}
