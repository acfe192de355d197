package io.detour.server.serve;

import io.detour.server.parse.http.ContentReader;
import io.detour.server.parse.http.FieldLines;
import io.detour.server.parse.http.Framing;
import io.detour.server.parse.http.HeadLimits;
import io.detour.server.parse.http.Received;
import io.netty.buffer.ByteBuf;
import java.time.Duration;

/** The content of one plain HTTP request on its way in. On the client's event loop. */
final class RequestContent {
  private final ServedRequest taker;
  private final ContentReader reader;
  private final Patience patience;

  /** Bytes since the patience was renewed last. */
  private long recentBytes;

  /**
   * @param taker the request
   * @param framing of the content, which is not empty
   * @param limits for the trailer section
   * @param timeout within which {@link ClientTimeouts#MIN_BODY_BYTES} are to come
   */
  RequestContent(ServedRequest taker, Framing framing, HeadLimits limits, Duration timeout) {
    this.taker = taker;
    this.reader = ContentReader.ofRequest(framing, limits);
    this.patience = new Patience(timeout);
  }

  /** Passes on what has come in. The request may have been answered when this returns. */
  Received<FieldLines> read(ByteBuf in) {
    return reader.read(
        in,
        piece -> {
          recentBytes += piece.readableBytes();
          taker.content(piece);
        });
  }

  /**
   * Looks whether the client sends too slowly what it is to send.
   *
   * @return true if it does
   */
  boolean sweep(long nanoTime) {
    if (!taker.isContentDue() || recentBytes >= ClientTimeouts.MIN_BODY_BYTES) {
      recentBytes = 0;
      patience.renew();
    }
    return patience.isOver(nanoTime);
  }
}
