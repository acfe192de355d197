package io.detour.server.serve;

import io.detour.server.parse.http.FieldLines;
import io.detour.server.status.Refusal;
import io.netty.buffer.ByteBuf;

/**
 * A plain HTTP request that is being served, as its client's connection sees it. All methods are
 * called on the client's event loop.
 */
public interface ServedRequest {
  /** Begins to serve it. It may have been answered when this returns. */
  void begin();

  /**
   * Whether no content can be taken now. {@link ClientConnection#proceed} is to be called when that
   * changes.
   */
  boolean isBlocked();

  /**
   * Whether it is for the client to send content now: nobody else is waited for, as the origin is
   * that has not said whether it wants any (RFC 9110 10.1.1) or that has begun to answer without.
   */
  boolean isContentDue();

  /**
   * A piece of the request's content.
   *
   * @param piece not empty; the receiver's to release
   */
  void content(ByteBuf piece);

  /**
   * The content has ended. Not called for a request without content.
   *
   * @param trailers behind chunked content, as they came
   */
  void contentEnded(FieldLines trailers);

  /**
   * The content is malformed or comes too slowly: the rest of it will not come.
   *
   * @param refusal what the client is to be told if no response has begun
   */
  void contentFailed(Refusal refusal);

  /** The client is gone: nobody waits for a response. */
  void abandoned();

  /** The client takes bytes again, or does not for now. */
  void writabilityChanged();

  /**
   * Looks whether something has taken too long.
   *
   * @param nanoTime as {@link System#nanoTime}
   */
  void sweep(long nanoTime);
}
