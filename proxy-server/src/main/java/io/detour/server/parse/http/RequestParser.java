package io.detour.server.parse.http;

import io.detour.core.HostPort;
import io.detour.core.Parsed;
import io.detour.server.access.AccessOptions;
import io.detour.server.account.RequestKind;
import io.detour.server.parse.http.ParsedRequest.Own;
import io.detour.server.status.ProxyErrorType;
import io.detour.server.status.Refusal;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads what a well-formed request head asks for, by RFC 9110 and 9112. Stateless; any thread. */
public final class RequestParser {
  private static final String CONNECT = "CONNECT";
  private static final String NO_HOST =
      "CONNECT of HTTP/1.1 has no header Host (access.lenient_connect: true accepts that)";

  /** What browsers ask a proxy for to configure themselves. */
  private static final Set<String> AUTO_CONFIG = Set.of("/proxy.pac", "/wpad.dat");

  private static final Map<String, Own.Page> OWN =
      Map.of("/", Own.Page.INDEX, "/healthz", Own.Page.HEALTH, "/readyz", Own.Page.READINESS);

  private RequestParser() {}

  /**
   * Reads a head, whose Host has to be there and to name the target as far as that is asked for.
   */
  public static ParsedRequest parse(RequestHead head, AccessOptions access) {
    if (head.fields().count("Proxy-Authorization") > 1) {
      return refused(kind(head), 400, "there is more than one header Proxy-Authorization");
    }
    if (hasFieldResemblingFraming(head.fields())) {
      return refused(
          kind(head),
          400,
          "a field name differs from Content-Length or Transfer-Encoding only in its hyphen");
    }
    ParsedRequest parsed =
        head.is(CONNECT) ? connect(head, access.lenientConnect()) : forward(head);
    HostPort asked =
        switch (parsed) {
          case ParsedRequest.Connect connect -> connect.target();
          case ForwardRequest forward -> forward.target().address();
          case ParsedRequest.AutoConfig _, Own _, ParsedRequest.Refused _ -> null;
        };
    return access.strictHost() && asked != null && !HostField.names(head, asked)
        ? refused(kind(head), 400, "the header Host names another host than the request target")
        : parsed;
  }

  /** CONNECT has the authority-form (RFC 9112 3.2.3) and no content (RFC 9110 9.3.6). */
  private static ParsedRequest connect(RequestHead head, boolean lenient) {
    if (hasContent(head.fields())) {
      return refused(RequestKind.CONNECT, 400, "CONNECT has no content");
    }
    if (head.minorVersion() >= 1 && !head.fields().contains("Host")) {
      if (!lenient) {
        return refused(RequestKind.CONNECT, 400, NO_HOST);
      }
    } else {
      MalformedMessage host = HostField.problem(head);
      if (host != null) {
        return refused(RequestKind.CONNECT, host.status(), host.problem());
      }
    }
    return switch (HostPort.parse(head.target())) {
      case Parsed.Value(HostPort target) -> new ParsedRequest.Connect(target);
      case Parsed.Malformed(String problem) ->
          refused(RequestKind.CONNECT, 400, "the target of CONNECT is not HOST:PORT: " + problem);
    };
  }

  private static boolean hasContent(FieldLines fields) {
    return fields.contains("Transfer-Encoding")
        || (fields.contains("Content-Length")
            && !fields.all("Content-Length").stream().allMatch("0"::equals));
  }

  private static boolean hasFieldResemblingFraming(FieldLines fields) {
    for (int line = 0; line < fields.size(); line++) {
      if (Framing.resemblesFramingField(fields.name(line))) {
        return true;
      }
    }
    return false;
  }

  /** Any method but CONNECT: what it means is for the client and the origin to know. */
  private static ParsedRequest forward(RequestHead head) {
    if (head.method().equalsIgnoreCase(CONNECT)) {
      return refused(RequestKind.FORWARD, 400, "CONNECT is not written in capitals");
    }
    MalformedMessage host = HostField.problem(head);
    if (head.target().startsWith("/") && host != null && head.target().indexOf('#') < 0) {
      return refused(host);
    }
    if (isAutoConfig(head)) {
      return new ParsedRequest.AutoConfig(head.fields().first("Host"), head.is("GET"));
    }
    Own.Page own = ownPage(head);
    if (own != null) {
      return new Own(own, head.method());
    }
    return switch (ForwardTarget.parse(head.method(), head.target())) {
      case Received.Malformed(MalformedMessage malformed) -> refused(malformed);
      case Received.Complete(ForwardTarget _) when host != null -> refused(host);
      case Received.Complete(ForwardTarget target) ->
          switch (Framing.ofRequest(head)) {
            case Received.Malformed(MalformedMessage malformed) -> refused(malformed);
            case Received.Complete(Framing framing) -> new ForwardRequest(head, target, framing);
          };
    };
  }

  private static boolean isAutoConfig(RequestHead head) {
    return AUTO_CONFIG.contains(head.target())
        && (head.is("GET") || head.is("HEAD"))
        && !hasContent(head.fields());
  }

  private static Own.@Nullable Page ownPage(RequestHead head) {
    boolean served = head.is("GET") || head.is("HEAD") || head.is("OPTIONS");
    return served && !hasContent(head.fields()) ? OWN.get(head.target()) : null;
  }

  private static RequestKind kind(RequestHead head) {
    return head.is(CONNECT) ? RequestKind.CONNECT : RequestKind.FORWARD;
  }

  private static ParsedRequest refused(MalformedMessage malformed) {
    return refused(RequestKind.FORWARD, malformed.status(), malformed.problem());
  }

  private static ParsedRequest refused(RequestKind kind, int status, String details) {
    return new ParsedRequest.Refused(
        kind, new Refusal(status, ProxyErrorType.HTTP_REQUEST_ERROR, details));
  }
}
