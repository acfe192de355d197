package io.detour.server.serve;

import io.detour.server.parse.http.EndToEnd;
import io.detour.server.parse.http.FieldLines;
import io.detour.server.parse.http.Framing;
import io.detour.server.parse.http.MessageWriter;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;

/**
 * Writes the content of one message to a connection, in the framing that its head tells. On the
 * connection's event loop; whoever writes flushes. That a write fails is told to nobody: what is
 * read from the connection says what has become of it.
 *
 * @param channel the connection
 * @param framing of the message
 */
record FramedContent(Channel channel, Framing framing) {
  /** More than the size of a chunk and its line ends take. */
  private static final int CHUNK_LINE_BYTES = 18;

  /**
   * Writes a piece.
   *
   * @param piece not empty; it is released when it has been written
   */
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

  /**
   * Writes what tells that the message is whole, if its framing has such a thing.
   *
   * @param trailers as they came
   */
  void end(FieldLines trailers) {
    if (framing instanceof Framing.Chunked) {
      ByteBuf last = channel.alloc().buffer();
      MessageWriter.lastChunk(EndToEnd.trailers(trailers), last);
      channel.write(last);
    }
  }
}
