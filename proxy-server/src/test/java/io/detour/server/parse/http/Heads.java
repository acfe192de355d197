package io.detour.server.parse.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.detour.rules.Responses;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

/** Texts as bytes, and messages that are expected to be well-formed. */
final class Heads {
  private static final int MAX_SPLITS = 500;

  private Heads() {}

  /** Each character is a byte. */
  static ByteBuf bytes(String text) {
    return Unpooled.copiedBuffer(text, StandardCharsets.ISO_8859_1);
  }

  static String text(ByteBuf bytes) {
    return bytes.toString(StandardCharsets.ISO_8859_1);
  }

  /** A request of HTTP/1.1 with these lines. */
  static RequestHead request(String... namesAndValues) {
    return new RequestHead("POST", "http://h/", 1, new FieldLines(namesAndValues));
  }

  /** A response of HTTP/1.1 with these lines. */
  static ResponseHead response(int status, String... namesAndValues) {
    return new ResponseHead(1, status, "", new FieldLines(namesAndValues));
  }

  static RequestHead readRequest(String text) {
    return complete(HeadReader.ofRequests(HeadLimits.defaults()).read(bytes(text)));
  }

  static ResponseHead readResponse(String text) {
    return complete(
        HeadReader.ofResponses(HeadLimits.defaults(), Responses.STRICT).read(bytes(text)));
  }

  static <T> T complete(Received<T> received) {
    return switch (received) {
      case Received.Complete<T>(T value) -> value;
      case Received.Malformed<T> _, Received.Incomplete<T> _ -> throw new AssertionError(received);
    };
  }

  static String written(Consumer<ByteBuf> writer) {
    ByteBuf out = Unpooled.buffer();
    writer.accept(out);
    return text(out);
  }

  /**
   * However a text is split, a reader says the same of it: in one piece, byte by byte, and in two
   * pieces at every place (of a long text, at {@link #MAX_SPLITS}).
   *
   * @param read what a new reader makes of pieces, one after another
   * @return what it says
   */
  static <R> R sameInAnySplit(String text, Function<List<ByteBuf>, R> read) {
    R whole = read.apply(List.of(bytes(text)));
    int step = Math.ceilDiv(text.length() + 1, MAX_SPLITS);
    for (int i = 0; i < text.length(); i += step) {
      List<ByteBuf> two = List.of(bytes(text.substring(0, i)), bytes(text.substring(i)));
      assertThat(read.apply(two)).as("split at %d", i).isEqualTo(whole);
    }
    List<ByteBuf> single = text.chars().mapToObj(c -> bytes(String.valueOf((char) c))).toList();
    assertThat(read.apply(single)).as("byte by byte").isEqualTo(whole);
    return whole;
  }
}
