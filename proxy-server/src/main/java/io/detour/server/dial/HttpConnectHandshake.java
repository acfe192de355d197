package io.detour.server.dial;

import io.detour.core.HostPort;
import io.detour.server.dial.ParentConversation.Answer;
import io.detour.server.dial.ParentConversation.Granted;
import io.detour.server.dial.ParentConversation.Refused;
import io.detour.server.dial.ParentConversation.Request;
import io.detour.server.parse.http.ViaField;
import io.detour.server.status.DialError;
import io.detour.server.status.ProxyErrorType;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.MessageToMessageDecoder;
import io.netty.handler.codec.PrematureChannelClosureException;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseDecoder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Asks an HTTP proxy for a tunnel with {@code CONNECT} (RFC 9110 9.3.6) and reads what it answers:
 * turns the head of a response into a {@link Answer} and drops interim responses and bodies.
 *
 * <p>Netty's {@code HttpProxyHandler} is not used. It gives the status only inside a message, waits
 * for the whole body of an error, and takes no status but 200 for a success.
 */
final class HttpConnectHandshake extends MessageToMessageDecoder<HttpObject> {
  private static final int LINE_BYTES = 8 << 10;
  private static final int HEAD_BYTES = 16 << 10;

  /** More 1xx responses than any proxy sends. */
  private static final int MAX_INTERIM = 10;

  private final Request request;
  private int interim;

  HttpConnectHandshake(Request request) {
    super(HttpObject.class);
    this.request = request;
  }

  /** The decoder whose responses this class reads; to be removed as soon as there is an answer. */
  static HttpResponseDecoder newDecoder() {
    HttpDecoderConfig config =
        new HttpDecoderConfig().setMaxInitialLineLength(LINE_BYTES).setMaxHeaderSize(HEAD_BYTES);
    return new HttpResponseDecoder(config) {
      // RFC 9110 9.3.6: a success has no content, whatever its header says. An error's is dropped.
      @Override
      protected boolean isContentAlwaysEmpty(HttpMessage response) {
        return true;
      }
    };
  }

  /** The request. A name is the parent's to resolve. */
  ByteBuf request(ByteBufAllocator allocator) {
    HostPort target = request.target();
    StringBuilder head = new StringBuilder(128);
    head.append("CONNECT ").append(target).append(" HTTP/1.1\r\nHost: ").append(target);
    if (request.via() != null) {
      head.append("\r\n").append(ViaField.NAME).append(": ").append(request.via());
    }
    String authorization = request.parent().authorization();
    if (authorization != null) {
      head.append("\r\nProxy-Authorization: ").append(authorization);
    }
    return ByteBufUtil.writeAscii(allocator, head.append("\r\n\r\n"));
  }

  @Override
  protected void decode(ChannelHandlerContext context, HttpObject message, List<Object> out) {
    Answer answer = message instanceof HttpResponse response ? answer(response) : null;
    if (answer != null) {
      out.add(answer);
    }
  }

  private @Nullable Answer answer(HttpResponse response) {
    if (response.decoderResult().isFailure()) {
      return response.decoderResult().cause() instanceof PrematureChannelClosureException
          ? Refused.broken()
          : notHttp();
    }
    if (response.protocolVersion().majorVersion() != 1
        || !response.protocolVersion().protocolName().equals("HTTP")) {
      return notHttp();
    }
    int status = response.status().code();
    if (status < 200 && status != 101) {
      return ++interim <= MAX_INTERIM ? null : notHttp();
    }
    if (status >= 200 && status < 300) {
      return new Granted();
    }
    return status == 407
        ? Refused.credentials(request.parent())
        : refused(status, response.headers().getAll("Proxy-Status"));
  }

  private static Answer notHttp() {
    return new Refused(
        DialError.PARENT_ANSWER, "the parent proxy's answer is not that of an HTTP proxy");
  }

  private static Answer refused(int status, List<String> proxyStatus) {
    String answered = "the parent proxy answered " + status;
    ProxyErrorType.Reported reported =
        ProxyErrorType.Reported.parse(String.join(", ", proxyStatus));
    DialError error = reported == null ? null : error(reported.type());
    return reported == null || error == null
        ? new Refused(error(status), answered)
        : new Refused(error, answered + ' ' + reported.type().token(), reported.rcode());
  }

  /** What the parent met is what Detour met, or null if the status says more. */
  private static @Nullable DialError error(ProxyErrorType reported) {
    return switch (reported) {
      case DNS_TIMEOUT -> DialError.DNS_TIMEOUT;
      case DNS_ERROR -> DialError.DNS_ERROR;
      case DESTINATION_IP_PROHIBITED -> DialError.DESTINATION_IP_PROHIBITED;
      case DESTINATION_IP_UNROUTABLE -> DialError.DESTINATION_IP_UNROUTABLE;
      case CONNECTION_REFUSED -> DialError.CONNECTION_REFUSED;
      case CONNECTION_TERMINATED -> DialError.CONNECTION_TERMINATED;
      case CONNECTION_TIMEOUT, CONNECTION_READ_TIMEOUT, CONNECTION_WRITE_TIMEOUT ->
          DialError.CONNECTION_TIMEOUT;
      case HTTP_REQUEST_DENIED -> DialError.DENIED;
      case PROXY_LOOP_DETECTED -> DialError.PROXY_LOOP;
      case DESTINATION_NOT_FOUND,
          DESTINATION_UNAVAILABLE,
          CONNECTION_LIMIT_REACHED,
          PROXY_INTERNAL_ERROR,
          PROXY_CONFIGURATION_ERROR ->
          DialError.DESTINATION_UNAVAILABLE;
      case HTTP_REQUEST_ERROR,
          HTTP_RESPONSE_INCOMPLETE,
          HTTP_RESPONSE_TIMEOUT,
          HTTP_UPGRADE_FAILED,
          HTTP_PROTOCOL_ERROR ->
          null;
    };
  }

  /** What a status means when nothing else tells why. */
  private static DialError error(int status) {
    return switch (status) {
      case 403, 451 -> DialError.DENIED;
      case 405, 501 -> DialError.PARENT_CONFIGURATION;
      case 408, 504 -> DialError.CONNECTION_TIMEOUT;
      case 502 -> DialError.CONNECTION_REFUSED;
      case 404, 429, 500, 503 -> DialError.DESTINATION_UNAVAILABLE;
      default -> DialError.PARENT_ANSWER;
    };
  }
}
