package io.detour.server.serve;

import io.detour.server.account.RequestKind;
import io.detour.server.parse.http.ContentReader;
import io.detour.server.parse.http.FieldLines;
import io.detour.server.parse.http.ForwardRequest;
import io.detour.server.parse.http.MalformedMessage;
import io.detour.server.parse.http.Received;
import io.detour.server.parse.http.RequestHead;
import io.detour.server.status.ProxyErrorType;
import io.detour.server.status.Refusal;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The plain HTTP requests of one client connection, one at a time: reads their content, writes the
 * proxy's own answers to them, and has the connections to origins that they have left. On the
 * client's event loop.
 */
final class Exchanges {
  /** What is read of content while nobody takes it; then reading stops, and the client waits. */
  static final int MAX_UNREAD_BYTES = 64 << 10;

  private static final Refusal LATE_CONTENT =
      new Refusal(
          408,
          ProxyErrorType.HTTP_REQUEST_ERROR,
          "the request's content did not come in time (timeouts.body)");

  private static final Pattern HTML =
      Pattern.compile("(?i)[ \\t]*text/html[ \\t]*(;(?![ \\t]*q=0(\\.0*)?[ \\t]*$).*)?");

  private static final String OPTIONS =
      """
      HTTP/1.1 200 OK\r
      Allow: CONNECT, GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS\r
      Content-Length: 0\r
      """;

  private final HttpEntrance entrance;
  private final ClientConnection client;
  private final Channel channel;

  /** The one that is served, or null once it is known how it is answered. */
  private @Nullable HttpExchange current;

  /** Of the current or last request: whether its client can send another one. */
  private boolean requestPersists;

  /** What is still to come of the current request, or null. */
  private @Nullable ContentReader content;

  private final Sweep.Patience contentPatience;

  /** Bytes of content since {@link #contentPatience} was renewed last. */
  private long recentBytes;

  /** Of the answer that is being written, or null. */
  private Sweep.@Nullable WriteStall stall;

  private final KeptConnections kept = new KeptConnections();

  Exchanges(HttpEntrance entrance, ClientConnection client) {
    this.entrance = entrance;
    this.client = client;
    this.channel = client.channel();
    this.contentPatience = new Sweep.Patience(entrance.timeouts().body());
  }

  static Refusal refusal(MalformedMessage malformed) {
    return new Refusal(malformed.status(), ProxyErrorType.HTTP_REQUEST_ERROR, malformed.problem());
  }

  /** A page for browsers; they show nothing of an answer to CONNECT. */
  static Refusal.Form form(RequestHead request) {
    boolean html = !request.is("CONNECT") && acceptsHtml(request.fields());
    return new Refusal.Form(html, !request.is("HEAD"));
  }

  /** Whether HTML is named (RFC 9110 12.5.1): who takes anything is usually no browser. */
  private static boolean acceptsHtml(FieldLines fields) {
    for (String line : fields.all("Accept")) {
      for (String range : line.split(",", -1)) {
        if (HTML.matcher(range).matches()) {
          return true;
        }
      }
    }
    return false;
  }

  /** Begins to serve a request; the one before has been answered. */
  void serve(Client requester, ForwardRequest request) {
    requestPersists = request.isPersistent();
    if (!request.framing().isEmpty()) {
      content = ContentReader.ofRequest(request.framing(), entrance.headLimits());
      contentPatience.renew();
      recentBytes = 0;
    }
    kept.belongTo(requester.user());
    current = new HttpExchange(entrance, client, requester, this, request);
    current.begin();
  }

  /** Whether content of the current request is to come. */
  boolean readsContent() {
    return content != null;
  }

  /** Passes on what has come in. Whether there may be more to do. */
  boolean readContent(ByteBuf in) {
    HttpExchange taker = current;
    if (content == null || taker == null || taker.isBlocked()) {
      return false;
    }
    Received<FieldLines> progress = content.read(in, piece -> passOn(taker, piece));
    if (content == null) {
      return false; // It could not be passed on, and that was the end of it.
    }
    switch (progress) {
      case Received.Incomplete() -> {
        return false;
      }
      case Received.Complete(FieldLines trailers) -> {
        content = null;
        taker.contentEnded(trailers);
      }
      case Received.Malformed(MalformedMessage malformed) ->
          taker.contentFailed(refusal(malformed));
    }
    return true;
  }

  private void passOn(HttpExchange taker, ByteBuf piece) {
    recentBytes += piece.readableBytes();
    taker.content(piece);
  }

  /** Whether the client may send another request behind the current one. */
  boolean isPersistent() {
    return requestPersists && !client.loop().isStopping();
  }

  /** The same for an answer that is given now. */
  private boolean mayGoOn() {
    return content == null && isPersistent();
  }

  /**
   * The current request has been answered, and all of the answer has been written.
   *
   * @param persistent whether it says that the connection goes on
   */
  void answered(boolean persistent) {
    boolean goesOn = persistent && mayGoOn();
    end();
    if (goesOn) {
      client.nextHead();
    } else {
      client.closeBehind(Unpooled.EMPTY_BUFFER);
    }
  }

  /**
   * Answers the current request with an error, and counts it. Nothing of a response has been
   * written. The connection goes on if all of the request has been read and no log-in was lost.
   */
  void refuse(Refusal refusal, Refusal.Form form) {
    client.loop().counters().refused(RequestKind.FORWARD, refusal);
    boolean persistent = mayGoOn() && !kept.hasLostLogin();
    ByteBuf answer = Unpooled.wrappedBuffer(refusal.bytes(form, persistent));
    if (persistent) {
      answer(answer, true);
    } else {
      end();
      client.closeBehind(answer);
    }
  }

  /** Says what the proxy can do (RFC 9110 9.3.7), and counts it. */
  void answerOptions() {
    boolean persistent = mayGoOn();
    String answer = OPTIONS + (persistent ? "" : "Connection: close\r\n") + "\r\n";
    client.loop().counters().request(RequestKind.FORWARD, 200);
    answer(ByteBufUtil.writeAscii(channel.alloc(), answer), persistent);
  }

  /** The next request waits until it is written: who does not read it asks for nothing more. */
  private void answer(ByteBuf bytes, boolean persistent) {
    end();
    stall = new Sweep.WriteStall(channel, entrance.timeouts().writeStall());
    channel
        .writeAndFlush(bytes)
        .addListener(
            written -> {
              stall = null;
              if (written.isSuccess()) {
                client.attempt(() -> answered(persistent));
              }
            });
  }

  /** Cuts the client's connection: what it has got is not the whole. */
  void reset() {
    end();
    client.cut();
  }

  /** Content that still comes is nobody's. */
  private void end() {
    current = null;
    content = null;
  }

  void writabilityChanged() {
    if (current != null) {
      current.writabilityChanged();
    }
  }

  void sweep(long nanoTime) {
    if (content != null && current != null) {
      sweepContent(current, nanoTime);
    } else if (stall != null && stall.isOver(0, nanoTime)) {
      client.loop().counters().requestError(ProxyErrorType.CONNECTION_WRITE_TIMEOUT);
      reset();
    }
    if (current != null) {
      current.sweep(nanoTime);
    }
  }

  private void sweepContent(HttpExchange taker, long nanoTime) {
    if (!taker.isContentDue() || recentBytes >= ClientTimeouts.MIN_BODY_BYTES) {
      recentBytes = 0;
      contentPatience.renew();
    }
    if (contentPatience.isOver(nanoTime)) {
      taker.contentFailed(LATE_CONTENT);
    }
  }

  /** The connections that are left for the next request. */
  KeptConnections kept() {
    return kept;
  }

  /** The client connection has come to its end, or becomes a tunnel. */
  void close() {
    HttpExchange abandoned = current;
    end();
    if (abandoned != null) {
      abandoned.abandoned();
    }
    kept.close();
  }
}
