package io.detour.server.connect;

import io.detour.core.HostPort;
import io.detour.core.MalformedAuthority;
import io.detour.server.observe.RequestKind;
import io.detour.server.status.ProxyErrorType;
import io.detour.server.status.Refusal;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Reads a request head that Netty's decoder has split, strictly by RFC 9110 and 9112. Stateless;
 * any thread.
 */
final class RequestParser {
  /** RFC 9112 3 asks for at least 8,000 bytes; the default of Netty is 4,096. */
  private static final int REQUEST_LINE_BYTES = 8 * 1024;

  private static final int HEAD_BYTES = 16 * 1024;

  /** The methods of RFC 9110, and PATCH; in plain HTTP others may follow. */
  private static final Set<HttpMethod> KNOWN =
      Set.of(
          HttpMethod.GET,
          HttpMethod.HEAD,
          HttpMethod.POST,
          HttpMethod.PUT,
          HttpMethod.DELETE,
          HttpMethod.OPTIONS,
          HttpMethod.TRACE,
          HttpMethod.PATCH);

  private static final Pattern PLAIN_HTTP = Pattern.compile("(?i)http://.*");
  private static final Pattern OTHER_SCHEME = Pattern.compile("(?i)[a-z][a-z0-9+.-]*://.*");
  private static final int DEFAULT_PORT = 443;

  private RequestParser() {}

  /** The decoder whose requests this class reads. */
  static HttpRequestDecoder newDecoder() {
    return new HttpRequestDecoder(
        new HttpDecoderConfig()
            .setMaxInitialLineLength(REQUEST_LINE_BYTES)
            .setMaxHeaderSize(HEAD_BYTES)
            .setAllowDuplicateContentLengths(false)
            .setStrictLineParsing(true));
  }

  /** Reads a head. */
  static ParsedRequest parse(HttpRequest request) {
    if (request.decoderResult().isFailure()) {
      return undecodable(request.decoderResult().cause());
    }
    HttpVersion version = request.protocolVersion();
    if (version.majorVersion() != 1 || !version.protocolName().equals("HTTP")) {
      return refused(kind(request), 505, "the version is not HTTP/1.x");
    }
    return request.method().equals(HttpMethod.CONNECT) ? connect(request) : forward(request);
  }

  private static ParsedRequest undecodable(Throwable cause) {
    return switch (cause) {
      case TooLongHttpLineException _ ->
          refused(RequestKind.CONNECT, 414, "the request line is longer than 8192 bytes");
      case TooLongHttpHeaderException _ ->
          refused(RequestKind.CONNECT, 431, "the header is longer than 16384 bytes");
      default -> malformed("the request head is malformed");
    };
  }

  /** CONNECT has the authority-form (RFC 9112 3.2.3) and no content (RFC 9110 9.3.6). */
  private static ParsedRequest connect(HttpRequest request) {
    HttpHeaders headers = request.headers();
    if (headers.contains(HttpHeaderNames.TRANSFER_ENCODING)
        || headers.getAll(HttpHeaderNames.CONTENT_LENGTH).stream().anyMatch(l -> !l.equals("0"))) {
      return malformed("CONNECT has no content");
    }
    String host = hostProblem(request);
    if (!host.isEmpty()) {
      return malformed(host);
    }
    return switch (HostPort.parse(request.uri())) {
      case HostPort target -> new ParsedRequest.Connect(target);
      case MalformedAuthority malformed ->
          malformed("the target of CONNECT is not HOST:PORT: " + malformed.problem());
    };
  }

  /** RFC 9112 3.2: exactly one valid Host in HTTP/1.1. Empty when it is well. */
  private static String hostProblem(HttpRequest request) {
    List<String> hosts = request.headers().getAll(HttpHeaderNames.HOST);
    if (hosts.isEmpty()) {
      boolean required = request.protocolVersion().minorVersion() >= 1;
      return required ? "the header Host is missing" : "";
    }
    if (hosts.size() > 1) {
      return "there is more than one header Host";
    }
    // RFC 3986 3.2.3 lets the port be empty behind its colon.
    String host = hosts.getFirst().replaceFirst("(?<=[^:]):$", "");
    return HostPort.parse(host, DEFAULT_PORT) instanceof HostPort
        ? ""
        : "the header Host is not HOST or HOST:PORT";
  }

  private static ParsedRequest forward(HttpRequest request) {
    String target = request.uri();
    if (!KNOWN.contains(request.method())) {
      return refused(RequestKind.FORWARD, 501, "the method is not known");
    }
    if (PLAIN_HTTP.matcher(target).matches()) {
      return refused(
          RequestKind.FORWARD, 501, "this version serves CONNECT only, not plain HTTP requests");
    }
    return OTHER_SCHEME.matcher(target).matches()
        ? refused(RequestKind.FORWARD, 501, "the scheme is not served")
        : refused(
            RequestKind.FORWARD, 400, "this is a proxy: the request target is not an absolute URL");
  }

  private static RequestKind kind(HttpRequest request) {
    return request.method().equals(HttpMethod.CONNECT) ? RequestKind.CONNECT : RequestKind.FORWARD;
  }

  private static ParsedRequest malformed(String details) {
    return refused(RequestKind.CONNECT, 400, details);
  }

  private static ParsedRequest refused(RequestKind kind, int status, String details) {
    return new ParsedRequest.Refused(
        kind, new Refusal(status, ProxyErrorType.HTTP_REQUEST_ERROR, details));
  }
}
