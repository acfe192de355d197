package io.detour.server.serve;

import io.detour.server.account.RequestKind;
import io.detour.server.dial.Parent;
import io.detour.server.parse.http.EndToEnd;
import io.detour.server.parse.http.FieldLines;
import io.detour.server.parse.http.Framing;
import io.detour.server.parse.http.MalformedMessage;
import io.detour.server.parse.http.MessageWriter;
import io.detour.server.parse.http.RequestHead;
import io.detour.server.parse.http.ResponseHead;
import io.detour.server.status.DialError;
import io.detour.server.status.ProxyErrorType;
import io.detour.server.status.Refusal;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import org.jspecify.annotations.Nullable;

/**
 * Passes the response of one exchange on to the client. What the client does not take in time is
 * not read from the origin. The head waits until all that came with it has been read: if that is
 * malformed, the client can still be told so. Lives on the client's event loop.
 */
final class ResponseRelay {
  /** More interim responses than any origin sends (RFC 9110 15.2). */
  private static final int MAX_INTERIM = 64;

  private static final int CONTINUE = 100;
  private static final int SWITCHING_PROTOCOLS = 101;
  private static final int PROXY_AUTHENTICATION_REQUIRED = 407;

  private final HttpEntrance entrance;
  private final ClientConnection client;
  private final Channel channel;
  private final Exchanges exchanges;
  private final HttpExchange exchange;
  private final Upstream upstream;
  private final Sweep.Patience originPatience;
  private final Sweep.WriteStall clientStall;

  private int interim;

  /** Whether the origin has said that it wants the content. */
  private boolean continued;

  /** The final response, or null as long as there is none. */
  private @Nullable ResponseHead head;

  /** The final response as the client gets it, as long as it waits; else null. */
  private @Nullable ResponseHead waiting;

  /** The first of its content, which waits with it, or null. */
  private @Nullable ByteBuf waitingContent;

  private FramedContent toClient;
  private boolean reusable;
  private boolean closes;
  private long receivedBytes;

  ResponseRelay(
      HttpEntrance entrance,
      ClientConnection client,
      Exchanges exchanges,
      HttpExchange exchange,
      Upstream upstream) {
    this.entrance = entrance;
    this.client = client;
    this.channel = client.channel();
    this.exchanges = exchanges;
    this.exchange = exchange;
    this.upstream = upstream;
    this.toClient = new FramedContent(channel, new Framing.None());
    this.originPatience = new Sweep.Patience(entrance.timeouts().response());
    this.clientStall = new Sweep.WriteStall(channel, entrance.timeouts().writeStall());
  }

  /** The method of the request: some have responses without content. */
  String method() {
    return exchange.request().head().method();
  }

  boolean isContinued() {
    return continued;
  }

  long receivedBytes() {
    return receivedBytes;
  }

  /** The status of the final response, or 0 as long as there is none. */
  int status() {
    return head == null ? 0 : head.status();
  }

  /** Whether the final response has begun to go to the client. */
  boolean isFinal() {
    return head != null && waiting == null;
  }

  /** A response has begun: an interim one, or the final one. */
  void head(ResponseHead received, Framing framing) {
    if (received.isInterim()) {
      passInterim(received);
      return;
    }
    Parent parent = upstream.parent();
    if (parent != null && received.status() == PROXY_AUTHENTICATION_REQUIRED) {
      // The client is not to ask its user for this proxy's password.
      DialError error = DialError.PARENT_CONFIGURATION;
      exchange.refuse(new Refusal(error.status(), error.type(), parent.whyUnauthorized()));
      return;
    }
    head = received;
    Framing towardsClient = towardsClient(framing);
    reusable =
        received.minorVersion() >= 1
            && !received.fields().hasToken("Connection", "close")
            && !(framing instanceof Framing.UntilClose);
    closes =
        !exchanges.isPersistent()
            || !exchange.isRequestSent()
            || towardsClient instanceof Framing.UntilClose
            || (exchanges.kept().isLoggedIn(upstream) && !reusable);
    toClient = new FramedContent(channel, towardsClient);
    waiting = entrance.forwardedHeads().response(received, towardsClient, closes, parent == null);
  }

  /** The head that waits goes to the client, and there is no way back. */
  private void begin() {
    if (waiting == null) {
      return;
    }
    client.loop().counters().request(RequestKind.FORWARD, waiting.status());
    write(waiting);
    waiting = null;
    if (waitingContent != null) {
      ByteBuf piece = waitingContent;
      waitingContent = null;
      passOn(piece);
    }
  }

  /** What waits will not go to the client. */
  void drop() {
    if (waiting != null) {
      head = null;
      waiting = null;
    }
    if (waitingContent != null) {
      receivedBytes -= waitingContent.readableBytes();
      waitingContent.release();
      waitingContent = null;
    }
  }

  /** HTTP/1.0 knows neither chunks nor what they are good for. */
  private Framing towardsClient(Framing framing) {
    boolean chunks = exchange.request().head().minorVersion() >= 1;
    return switch (framing) {
      case Framing.None _, Framing.Length _ -> framing;
      case Framing.Chunked _, Framing.UntilClose _ ->
          chunks ? new Framing.Chunked() : new Framing.UntilClose();
    };
  }

  private void passInterim(ResponseHead received) {
    interim++;
    continued |= received.status() == CONTINUE;
    RequestHead asked = exchange.request().head();
    if (received.status() == SWITCHING_PROTOCOLS) {
      fail("the origin changes to a protocol that nobody asked for");
    } else if (interim > MAX_INTERIM) {
      fail("the origin sends more than " + MAX_INTERIM + " interim responses");
    } else if (asked.minorVersion() >= 1) {
      write(entrance.forwardedHeads().interim(received));
    }
  }

  private void fail(String problem) {
    upstream.close();
    exchange.broken(new MalformedMessage(502, problem));
  }

  private void write(ResponseHead response) {
    ByteBuf bytes = channel.alloc().buffer();
    MessageWriter.write(response, bytes);
    channel.write(bytes);
  }

  /** A piece of the response's content, not empty, which is released here. */
  void content(ByteBuf piece) {
    receivedBytes += piece.readableBytes();
    originPatience.renew();
    if (waiting != null && waitingContent == null) {
      waitingContent = piece;
    } else {
      begin();
      passOn(piece);
    }
  }

  private void passOn(ByteBuf piece) {
    toClient.write(piece);
    if (!channel.isWritable()) {
      upstream.pause();
    }
  }

  /** The response is whole. The connection to the origin is the exchange's to keep or to close. */
  void end(FieldLines trailers) {
    begin();
    toClient.end(trailers);
    channel
        .writeAndFlush(Unpooled.EMPTY_BUFFER)
        .addListener(
            written -> {
              if (written.isSuccess()) {
                client.attempt(() -> exchange.answered(reusable, !closes));
              }
            });
  }

  /**
   * There will be no (whole) response. The connection to the origin is closed.
   *
   * @param malformed what the origin sent, or null if the connection broke or ended
   */
  void broken(@Nullable MalformedMessage malformed) {
    exchange.broken(malformed);
  }

  /** All that was read so far has been passed in. */
  void readComplete() {
    begin();
    channel.flush();
  }

  /** The origin takes bytes again, or does not for now. */
  void upstreamWritabilityChanged() {
    client.proceed();
  }

  /** The client takes bytes again, or does not for now. */
  void clientWritabilityChanged() {
    if (channel.isWritable()) {
      originPatience.renew();
      upstream.resume();
    }
  }

  /** The origin is still being told the request, and may wait for the rest of it. */
  void requestGoesOn() {
    originPatience.renew();
  }

  /** Looks whether the origin or the client takes too long. */
  void sweep(long nanoTime) {
    if (upstream.isPaused() || clientStall.waitingBytes() > 0) {
      originPatience.renew();
    }
    if (clientStall.isOver(receivedBytes, nanoTime)) {
      exchange.cut(ProxyErrorType.CONNECTION_WRITE_TIMEOUT);
    } else if (originPatience.isOver(nanoTime)) {
      exchange.cut(ProxyErrorType.CONNECTION_READ_TIMEOUT);
    }
  }

  /**
   * Writes the content of one message in the framing that its head tells; whoever writes flushes.
   * That a write fails is told to nobody: what is read from the connection says what has become of
   * it.
   */
  record FramedContent(Channel channel, Framing framing) {
    /** More than the size of a chunk and its line ends take. */
    private static final int CHUNK_LINE_BYTES = 18;

    /** Writes a piece that is not empty, and releases it when it has been written. */
    void write(ByteBuf piece) {
      if (framing instanceof Framing.Chunked) {
        ByteBuf start = channel.alloc().buffer(CHUNK_LINE_BYTES);
        MessageWriter.chunkStart(piece.readableBytes(), start);
        channel.write(start);
        channel.write(piece);
        ByteBuf end = channel.alloc().buffer(CHUNK_LINE_BYTES);
        MessageWriter.chunkEnd(end);
        channel.write(end);
      } else {
        channel.write(piece);
      }
    }

    /** Writes what tells that the message is whole, if its framing has such a thing. */
    void end(FieldLines trailers) {
      if (framing instanceof Framing.Chunked) {
        ByteBuf last = channel.alloc().buffer();
        MessageWriter.lastChunk(EndToEnd.trailers(trailers), last);
        channel.write(last);
      }
    }
  }
}
