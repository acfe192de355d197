package io.detour.server.parse.http;

import io.detour.core.HostPort;
import org.jspecify.annotations.Nullable;

/**
 * Writes the heads that go on (RFC 9110 7.6): end-to-end fields as they came, Host, framing, Via
 * and Connection made anew. Immutable; any thread.
 *
 * @param via names this process in {@code Via}, or null to leave that field as it came
 */
public record ForwardedHeads(@Nullable ViaField via) {
  private static final int OWN_MINOR_VERSION = 1;

  /** What a proxy says that keeps the connections of a {@link ConnectionLogin} together. */
  private static final String PROXY_SUPPORT = "Proxy-Support";

  private static final String KEEPS_TOGETHER = "Session-Based-Authentication";

  /** Whether a message with these fields is known to have passed this process before. */
  public boolean havePassed(FieldLines fields) {
    return via != null && via.isIn(fields);
  }

  /**
   * A request as the origin gets it.
   *
   * @param host what Host says
   * @param maxForwards what Max-Forwards says, or {@link RequestControls#UNLIMITED} to leave it as
   *     it is
   */
  public RequestHead request(ForwardRequest request, HostPort host, int maxForwards) {
    RequestHead head = request.head();
    FieldLines.Builder fields = new FieldLines.Builder().add("Host", hostField(host));
    fields.addAll(EndToEnd.of(head.fields()).build());
    if (head.minorVersion() == 0) {
      fields.remove("Expect"); // RFC 9110 10.1.1: HTTP/1.0 does not wait.
    }
    if (maxForwards >= 0) {
      fields.set("Max-Forwards", Integer.toString(maxForwards));
    }
    addVia(fields, head.fields(), head.minorVersion());
    request.framing().addTo(fields);
    return new RequestHead(
        head.method(), request.target().pathAndQuery(), OWN_MINOR_VERSION, fields.build());
  }

  /**
   * The same request as a parent proxy gets it: in absolute-form (RFC 9112 3.2.2).
   *
   * @param head as {@link #request} made it
   * @param authorization who this proxy is to the parent, or null
   */
  public static RequestHead toParent(
      RequestHead head, HostPort target, @Nullable String authorization) {
    FieldLines.Builder fields = new FieldLines.Builder().addAll(head.fields());
    if (authorization != null) {
      fields.add("Proxy-Authorization", authorization);
    }
    String path = head.target().equals("*") ? "" : head.target(); // RFC 9112 3.2.4
    return new RequestHead(
        head.method(), "http://" + hostField(target) + path, OWN_MINOR_VERSION, fields.build());
  }

  /** RFC 9110 4.2.1: the port of the scheme is left out. */
  private static String hostField(HostPort host) {
    return host.port() == ForwardTarget.DEFAULT_PORT ? host.host().bracketed() : host.toString();
  }

  /**
   * A response as the client gets it.
   *
   * @param framing towards the client
   * @param closes whether the connection ends behind it
   * @param toOrigin whether the connection on which it came is one to the origin itself
   */
  public ResponseHead response(
      ResponseHead head, Framing framing, boolean closes, boolean toOrigin) {
    FieldLines.Builder fields = endToEnd(head);
    framing.addTo(fields);
    if (closes) {
      fields.add("Connection", "close");
    } else if (ConnectionLogin.isAskedForBy(head) && (toOrigin || isKeptTogether(head))) {
      fields.set(PROXY_SUPPORT, KEEPS_TOGETHER);
      fields.add("Connection", PROXY_SUPPORT);
    }
    return new ResponseHead(OWN_MINOR_VERSION, head.status(), head.reason(), fields.build());
  }

  /**
   * RFC 4559 6: each proxy on the way has to, and the one that is asked speaks for all behind it.
   */
  private static boolean isKeptTogether(ResponseHead head) {
    return head.fields().hasToken(PROXY_SUPPORT, KEEPS_TOGETHER);
  }

  /** An interim response (RFC 9110 15.2), which has no content. */
  public ResponseHead interim(ResponseHead head) {
    return new ResponseHead(
        OWN_MINOR_VERSION, head.status(), head.reason(), endToEnd(head).build());
  }

  private FieldLines.Builder endToEnd(ResponseHead head) {
    FieldLines.Builder fields = EndToEnd.of(head.fields());
    addVia(fields, head.fields(), head.minorVersion());
    return fields;
  }

  private void addVia(FieldLines.Builder passedOn, FieldLines received, int minorVersion) {
    if (via != null) {
      via.set(passedOn, received, minorVersion);
    }
  }
}
