package io.detour.server.parse.http;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** F15, F16: chunks are read as their grammar says, and what is written again is the same. */
@Timeout(10)
class ChunkedBodyFuzzTest {
  /** So small that inputs reach them. */
  private static final HeadLimits LIMITS = new HeadLimits(256, 64, 8);

  private static final HeadLimits LARGE = new HeadLimits(1 << 20, 1 << 19, 1000);

  @ParameterizedTest(name = "F15 F16 {0}")
  @MethodSource("corpus")
  void replay(byte[] input) {
    chunksAreReadAsTheGrammarSays(input);
  }

  static List<Named<byte[]>> corpus() {
    return FuzzCorpus.of(ChunkedBodyFuzzTest.class);
  }

  /**
   * @param input a byte that says how the message is split, and the chunks
   */
  @FuzzTest(maxDuration = "")
  void chunksAreReadAsTheGrammarSays(byte[] input) {
    Pieces pieces = new Pieces(input);
    Chunks.Reading whole = read(LIMITS, List.of(pieces.whole()));
    Chunks.Reading split = read(LIMITS, pieces.split());
    require(split.equals(whole), "another message when split");

    NaiveChunks naive = NaiveChunks.parse(pieces.text(), LIMITS);
    if (!(whole.progress() instanceof Received.Complete(FieldLines trailers))) {
      require(naive == null, "refused against the grammar");
      return;
    }
    if (naive == null) {
      throw new AssertionError("read against the grammar");
    }
    require(whole.content().equals(naive.content()), "another content");
    require(whole.rest().equals(naive.rest()), "another rest");
    require(
        trailers.equals(new FieldLines(naive.trailers().toArray(String[]::new))), "other trailers");
    assertSameWhenWritten(whole.content(), trailers);
  }

  private static void assertSameWhenWritten(String content, FieldLines trailers) {
    ByteBuf written = Unpooled.buffer();
    int half = content.length() / 2;
    for (String chunk : List.of(content.substring(0, half), content.substring(half))) {
      if (!chunk.isEmpty()) {
        MessageWriter.chunkStart(chunk.length(), written);
        written.writeBytes(chunk.getBytes(StandardCharsets.ISO_8859_1));
        MessageWriter.chunkEnd(written);
      }
    }
    MessageWriter.lastChunk(trailers, written);
    require(
        read(LARGE, List.of(written))
            .equals(new Chunks.Reading(new Received.Complete<>(trailers), content, "")),
        "another message when written again");
  }

  private static Chunks.Reading read(HeadLimits limits, List<ByteBuf> split) {
    return Chunks.read(ContentReader.ofRequest(new Framing.Chunked(), limits), split);
  }

  /** AssertJ would take most of the time of a million inputs. */
  private static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new AssertionError(otherwise);
    }
  }
}
