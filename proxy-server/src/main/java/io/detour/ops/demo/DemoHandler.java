package io.detour.ops.demo;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.detour.core.Host;
import io.detour.core.HostPort;
import io.detour.core.Parsed;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import org.jspecify.annotations.Nullable;

/** One connection to the demo origin: says what it was asked for. */
final class DemoHandler extends SimpleChannelInboundHandler<FullHttpRequest> {
  private final boolean tls;

  DemoHandler(boolean tls) {
    this.tls = tls;
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
    boolean wellFormed = request.decoderResult().isSuccess();
    FullHttpResponse response = wellFormed ? answer(request) : text("malformed request\n");
    if (!wellFormed) {
      response.setStatus(HttpResponseStatus.BAD_REQUEST);
    }
    boolean keepAlive = wellFormed && HttpUtil.isKeepAlive(request);
    HttpUtil.setKeepAlive(response, keepAlive);
    var written = context.writeAndFlush(response);
    if (!keepAlive) {
      written.addListener(ChannelFutureListener.CLOSE);
    }
  }

  private FullHttpResponse answer(FullHttpRequest request) {
    HttpMethod method = request.method();
    if (!method.equals(HttpMethod.GET) && !method.equals(HttpMethod.HEAD)) {
      FullHttpResponse response = text("method: expected GET or HEAD\n");
      response.setStatus(HttpResponseStatus.METHOD_NOT_ALLOWED);
      response.headers().set(HttpHeaderNames.ALLOW, "GET, HEAD");
      return response;
    }
    return text(
        """
        This is the new host.
        asked for: %s
        transport: %s
        """
            .formatted(
                printable(request.headers().get(HttpHeaderNames.HOST)), tls ? "TLS" : "plain"));
  }

  /** The canonical host and port; never what the client sent as it came. */
  private static String printable(@Nullable String host) {
    if (host == null) {
      return "(no host)";
    }
    if (host.indexOf(':') >= 0) {
      return switch (HostPort.parse(host)) {
        case Parsed.Value(HostPort asked) -> asked.toString();
        case Parsed.Malformed(String problem) -> "(" + problem + ")";
      };
    }
    return switch (Host.parse(host)) {
      case Parsed.Value(Host asked) -> asked.toString();
      case Parsed.Malformed(String problem) -> "(" + problem + ")";
    };
  }

  private static FullHttpResponse text(String body) {
    ByteBuf content = Unpooled.copiedBuffer(body, US_ASCII);
    FullHttpResponse response =
        new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK, content);
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
