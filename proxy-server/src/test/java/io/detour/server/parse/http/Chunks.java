package io.detour.server.parse.http;

import io.netty.buffer.ByteBuf;
import java.util.List;

/** Reads content to its end. */
final class Chunks {
  private Chunks() {}

  /**
   * What became of a text.
   *
   * @param content Latin-1
   * @param rest what was left behind the end; empty if there was none
   */
  record Reading(Received<FieldLines> progress, String content, String rest) {}

  static Reading read(ContentReader reader, List<ByteBuf> split) {
    Received<FieldLines> progress = new Received.Incomplete<>();
    StringBuilder content = new StringBuilder();
    StringBuilder rest = new StringBuilder();
    for (ByteBuf in : split) {
      if (progress instanceof Received.Incomplete<FieldLines>) {
        progress =
            reader.read(
                in,
                piece -> {
                  content.append(Heads.text(piece));
                  piece.release();
                });
      }
      rest.append(Heads.text(in));
    }
    return new Reading(
        progress,
        content.toString(),
        progress instanceof Received.Complete<FieldLines> ? rest.toString() : "");
  }

  /** Chunked content of a request. */
  static Reading read(List<ByteBuf> split) {
    return read(ContentReader.ofRequest(new Framing.Chunked(), HeadLimits.defaults()), split);
  }
}
