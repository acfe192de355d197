package io.detour.server.parse.http;

import static io.detour.server.parse.http.Heads.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import io.detour.rules.Responses;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ChunkedContentTest {
  private static final String LAST = "0\r\n\r\n";

  private static String unescaped(String text) {
    return text.replace("\\r", "\r").replace("\\n", "\n").replace("\\t", "\t");
  }

  @ParameterizedTest(name = "F15: {0} is \"{1}\"")
  @CsvSource(
      quoteCharacter = '\'',
      delimiter = '>',
      value = {
        "0\\r\\n\\r\\n                                        > ''",
        "000\\r\\n\\r\\n                                      > ''",
        "1\\r\\na\\r\\n0\\r\\n\\r\\n                           > a",
        "0000000000000001\\r\\na\\r\\n0\\r\\n\\r\\n            > a",
        "a\\r\\n0123456789\\r\\n0\\r\\n\\r\\n                  > 0123456789",
        "A\\r\\n0123456789\\r\\n0\\r\\n\\r\\n                  > 0123456789",
        "1\\r\\na\\r\\n2\\r\\nbc\\r\\n3\\r\\ndef\\r\\n0\\r\\n\\r\\n > abcdef",
        "4\\r\\n\\r\\n\\r\\n\\r\\n0\\r\\n\\r\\n                  > '\\r\\n\\r\\n'",
        "5\\r\\n0\\r\\n\\r\\n\\r\\n0\\r\\n\\r\\n                 > '0\\r\\n\\r\\n'",
        "1;a\\r\\na\\r\\n0\\r\\n\\r\\n                         > a",
        "1;a=b\\r\\na\\r\\n0;c\\r\\n\\r\\n                     > a",
        "1;a=b;c;d=e\\r\\na\\r\\n0\\r\\n\\r\\n                 > a",
        "1 ; a = b ; c\\r\\na\\r\\n0\\r\\n\\r\\n               > a",
        "1\\t;\\ta\\t=\\tb\\r\\na\\r\\n0\\r\\n\\r\\n           > a",
        "1;a=\"b;c\"\\r\\na\\r\\n0\\r\\n\\r\\n                > a",
        "1;a=\"\\\"\\t=;\\\\\";c\\r\\na\\r\\n0\\r\\n\\r\\n > a",
        "1;a=\"\"\\r\\na\\r\\n0\\r\\n\\r\\n                   > a",
        "1;a=\"b\" ;c\\r\\na\\r\\n0\\r\\n\\r\\n               > a",
      })
  void contentIsTakenOutOfItsChunks(String chunked, String content) {
    Chunks.Reading reading = Heads.sameInAnySplit(unescaped(chunked) + "GET /next", Chunks::read);

    assertThat(reading.progress()).isEqualTo(new Received.Complete<>(FieldLines.NONE));
    assertThat(reading.content()).isEqualTo(unescaped(content));
    assertThat(reading.rest()).isEqualTo("GET /next");
  }

  @ParameterizedTest(name = "F15: {0} is 400")
  @ValueSource(
      strings = {
        "\\r\\na",
        "x\\r\\n",
        "g\\r\\n",
        " 1\\r\\na\\r\\n",
        "\\t1\\r\\na\\r\\n",
        "1 \\r\\na\\r\\n",
        "1\\t\\r\\na\\r\\n",
        "0x1\\r\\na\\r\\n",
        "0X1\\r\\na\\r\\n",
        "1_0\\r\\n0123456789abcdef\\r\\n",
        "+1\\r\\na\\r\\n",
        "-1\\r\\na\\r\\n",
        "-0\\r\\n\\r\\n",
        "1.0\\r\\na\\r\\n",
        "1h\\r\\na\\r\\n",
        "1,1\\r\\na\\r\\n",
        "1 1\\r\\na\\r\\n",
        "\"1\"\\r\\na\\r\\n",
        "\u0661\\r\\na\\r\\n",
        "\u00b2\\r\\na\\r\\n",
        "1\0\\r\\na\\r\\n",
        "\0001\\r\\na\\r\\n",
        "8000000000000000\\r\\n",
        "ffffffffffffffff\\r\\n",
        "10000000000000000\\r\\n",
        "10000000000000001\\r\\na\\r\\n",
        "00000000000000001\\r\\na\\r\\n",
        "1\\na\\n0\\n\\n",
        "1\\na\\r\\n",
        "1\\ra\\r\\n",
        "1\\r\\r\\na\\r\\n",
        "1\\r\\na\\n0\\r\\n",
        "1\\r\\na\\r0\\r\\n",
        "1\\r\\na0\\r\\n",
        "1\\r\\nab\\r\\n",
        "1\\r\\na\\r\\r\\n",
        "1\\r\\na\\n\\r",
        "2\\r\\na\\r\\n0\\r\\n\\r\\n",
        "1\\r\\na\\r\\n\\r\\n",
        "1\\r\\na\\r\\n\\r\\n0\\r\\n\\r\\n",
        "1\\r\\na\\r\\n 0\\r\\n\\r\\n",
        "0\\n\\n",
        "0\\r\\n\\n",
        "0\\r\\n\\r\\r",
        "0\\r\\n\\rA",
        "0\\n\\r\\n",
        "1;\\r\\na\\r\\n",
        "1;;\\r\\na\\r\\n",
        "1;;a\\r\\na\\r\\n",
        "1; \\r\\na\\r\\n",
        "1;=a\\r\\na\\r\\n",
        "1;a=\\r\\na\\r\\n",
        "1;a=;b\\r\\na\\r\\n",
        "1;a==b\\r\\na\\r\\n",
        "1;a=b=c\\r\\na\\r\\n",
        "1;a \\r\\na\\r\\n",
        "1;a=b \\r\\na\\r\\n",
        "1;a b\\r\\na\\r\\n",
        "1;a,b\\r\\na\\r\\n",
        "1;a=b c\\r\\na\\r\\n",
        "1;a\\na\\r\\n",
        "1;a=b\\na\\r\\n",
        "1;\\na\\r\\n",
        "1;a\0\\r\\na\\r\\n",
        "1;\u00e4\\r\\na\\r\\n",
        "1;a=\"b\\r\\na\\r\\n",
        "1;a=\"b\\n\"\\r\\na\\r\\n",
        "1;a=\"\\r\\n\"\\r\\na\\r\\n",
        "1;a=\"\0\"\\r\\na\\r\\n",
        "1;a=\"b\"c\\r\\na\\r\\n",
        "1;a=\"b\"\"c\"\\r\\na\\r\\n",
        "1;a=\"b\\\\\\n\"\\r\\na\\r\\n",
        "1;\"a\"=b\\r\\na\\r\\n",
        "1=a\\r\\na\\r\\n",
      })
  void whatIsNotChunkedToTheLetterIs400(String chunked) {
    Chunks.Reading reading = Heads.sameInAnySplit(unescaped(chunked), Chunks::read);

    assertThat(reading.progress())
        .isInstanceOfSatisfying(
            Received.Malformed.class,
            malformed -> assertThat(malformed.message().status()).isEqualTo(400));
  }

  @ParameterizedTest(name = "F16: the trailer section {0} is {1}")
  @CsvSource(
      delimiter = '>',
      value = {
        "A : b\\r\\n         > 400",
        "A\\r\\n             > 400",
        ": b\\r\\n           > 400",
        "A: b\\n             > 400",
        "A: b\\rB: c\\r\\n   > 400",
        "A: b\\r\\n c\\r\\n  > 400",
        "A: b\\r\\n\\n       > 400",
        "A B: c\\r\\n         > 400",
        "GET / HTTP/1.1\\r\\n > 400",
      })
  void malformedTrailersAre400(String trailers, int status) {
    Chunks.Reading reading =
        Heads.sameInAnySplit("0\r\n" + unescaped(trailers) + "\r\n", Chunks::read);

    assertThat(reading.progress())
        .isInstanceOfSatisfying(
            Received.Malformed.class,
            malformed -> assertThat(malformed.message().status()).isEqualTo(status));
  }

  @Test
  @DisplayName("F16: trailers are read like header fields")
  void trailersAreRead() {
    Chunks.Reading reading =
        Heads.sameInAnySplit(
            "1\r\na\r\n0\r\nX-Sum:\t 7 \r\nhost: \u00e4\r\nE:\r\n\r\nrest", Chunks::read);

    assertThat(reading.progress())
        .isEqualTo(
            new Received.Complete<>(new FieldLines("X-Sum", "7", "host", "\u00e4", "E", "")));
    assertThat(reading.rest()).isEqualTo("rest");
  }

  @Test
  @DisplayName("F16: more trailers than the limits of heads are 431")
  void trailersAreLimited() {
    for (String trailers : List.of("A: " + "b".repeat(70_000), "A: b\r\n".repeat(101))) {
      assertThat(Heads.sameInAnySplit("0\r\n" + trailers, Chunks::read).progress())
          .isInstanceOfSatisfying(
              Received.Malformed.class,
              malformed -> assertThat(malformed.message().status()).isEqualTo(431));
    }
  }

  @Test
  @DisplayName("F15: an extension of 256 bytes is dropped, one of 1 MiB refused at byte 257")
  void aChunksExtensionsAreLimited() {
    String extension = ";a=" + "b".repeat(253);

    assertThat(read("1" + extension + "\r\na\r\n" + LAST)).isInstanceOf(Received.Complete.class);
    assertThat(read("1" + extension)).isInstanceOf(Received.Incomplete.class);
    assertThat(read("1" + extension + "b")).isInstanceOf(Received.Incomplete.class);
    assertThat(read("1" + extension + "bb")).isInstanceOf(Received.Malformed.class);
    assertThat(read("1" + extension + "b\r\na\r\n" + LAST)).isInstanceOf(Received.Malformed.class);
    ByteBuf mebibyte = bytes("1;" + "a".repeat(1 << 20));
    ContentReader reader = ContentReader.ofRequest(new Framing.Chunked(), HeadLimits.defaults());
    assertThat(reader.read(mebibyte, ByteBuf::release)).isInstanceOf(Received.Malformed.class);
    assertThat(mebibyte.readerIndex()).isLessThan(300);
  }

  @Test
  @DisplayName("F15: the extensions of many chunks are less than the content and 16 KiB")
  void allExtensionsAreLimited() {
    String small = "1;" + "a".repeat(199) + "\r\na\r\n";
    String large = "c8;" + "a".repeat(199) + "\r\n" + "a".repeat(200) + "\r\n";

    assertThat(read(small.repeat(80))).isInstanceOf(Received.Incomplete.class);
    assertThat(read(small.repeat(100)))
        .isEqualTo(
            new Received.Malformed<>(
                new MalformedMessage(400, "chunk extensions are longer than the content")));
    assertThat(read(large.repeat(10_000) + LAST)).isInstanceOf(Received.Complete.class);
  }

  private static Received<FieldLines> read(String chunked) {
    return Chunks.read(List.of(bytes(chunked))).progress();
  }

  @Test
  @DisplayName("F17: chunks of a response that are malformed are 502")
  void chunksOfAResponseAre502() {
    ContentReader reader =
        ContentReader.ofResponse(new Framing.Chunked(), HeadLimits.defaults(), Responses.STRICT);

    assertThat(Chunks.read(reader, List.of(bytes("0x1\r\n"))).progress())
        .isInstanceOfSatisfying(
            Received.Malformed.class,
            malformed -> assertThat(malformed.message().status()).isEqualTo(502));
  }

  private static Chunks.Reading response(String chunked, Responses responses) {
    return Heads.sameInAnySplit(
        unescaped(chunked),
        split ->
            Chunks.read(
                ContentReader.ofResponse(new Framing.Chunked(), HeadLimits.defaults(), responses),
                split));
  }

  @ParameterizedTest(name = "Q05: {0} of a response is \"a\"")
  @ValueSource(
      strings = {
        "1 \\r\\na\\r\\n0\\r\\n\\r\\n",
        "1\\t \\r\\na\\r\\n0 \\r\\n\\r\\n",
        "00000001    \\r\\na\\r\\n0000 \\t\\r\\n\\r\\n",
        "1 ;b\\r\\na\\r\\n0 ; c \\r\\n\\r\\n",
        "1;b=c \\r\\na\\r\\n0;b=\"c\" \\r\\n\\r\\n",
      })
  void blanksBehindASizeOfAResponseAreDropped(String chunked) {
    for (Responses responses : Responses.values()) {
      Chunks.Reading reading = response(chunked + "rest", responses);

      assertThat(reading.progress()).isEqualTo(new Received.Complete<>(FieldLines.NONE));
      assertThat(reading.content()).isEqualTo("a");
      assertThat(reading.rest()).isEqualTo("rest");
    }
  }

  @Test
  @DisplayName("Q05: blanks behind many sizes are no extensions that outweigh the content")
  void blanksAreNoExtensions() {
    String padded = "1" + " ".repeat(15) + "\r\na\r\n";

    assertThat(response(padded.repeat(3000) + LAST, Responses.STRICT).progress())
        .isInstanceOf(Received.Complete.class);
    assertThat(response("1" + " ".repeat(300) + "\r\na\r\n", Responses.STRICT).progress())
        .isInstanceOf(Received.Malformed.class);
  }

  @ParameterizedTest(name = "Q05: {0} of a response is 502")
  @ValueSource(
      strings = {
        " 1\\r\\na\\r\\n",
        "\\t1\\r\\na\\r\\n",
        "1 1\\r\\na\\r\\n",
        "1 x\\r\\na\\r\\n",
        " \\r\\na\\r\\n",
        "1\\r\\na\\r\\n 0\\r\\n\\r\\n",
        "1 \\ra\\r\\n",
        "1; \\r\\na\\r\\n",
        "1;a= \\r\\na\\r\\n",
      })
  void otherBlanksOfAResponseAre502(String chunked) {
    for (Responses responses : Responses.values()) {
      assertThat(response(chunked, responses).progress())
          .isInstanceOfSatisfying(
              Received.Malformed.class,
              malformed -> assertThat(malformed.message().status()).isEqualTo(502));
    }
  }

  @ParameterizedTest(name = "Q20: {0} of a lenient response is \"a\"")
  @ValueSource(
      strings = {
        "1\\na\\n0\\n\\n",
        "1\\r\\na\\n0\\r\\n\\n",
        "1 \\na\\r\\n0 \\n\\r\\n",
        "1;b\\na\\r\\n0;b=c\\n\\r\\n",
      })
  void bareLineFeedsOfChunksAreForgiven(String chunked) {
    Chunks.Reading reading = response(chunked + "rest", Responses.LENIENT);

    assertThat(reading.progress()).isEqualTo(new Received.Complete<>(FieldLines.NONE));
    assertThat(reading.content()).isEqualTo("a");
    assertThat(reading.rest()).isEqualTo("rest");
    assertThat(response(chunked, Responses.STRICT).progress())
        .isInstanceOfSatisfying(
            Received.Malformed.class,
            malformed ->
                assertThat(malformed.message().problem())
                    .contains("bare LF", "\"responses: lenient\""));
  }

  @Test
  @DisplayName("Q20: folded trailers of a lenient response are read as one line")
  void foldedTrailersAreForgiven() {
    assertThat(response("0\\r\\nA: b\\r\\n c\\n\\n", Responses.LENIENT).progress())
        .isEqualTo(new Received.Complete<>(new FieldLines("A", "b c")));
  }

  @ParameterizedTest(name = "F23: chunks that end after \"{0}\" are cut short")
  @ValueSource(
      strings = {"", "1", "1\\r\\n", "1\\r\\na", "1\\r\\na\\r\\n", "0\\r\\n", "0\\r\\n\\r"})
  void chunksThatAreCutShortAreTold(String chunked) {
    ContentReader reader =
        ContentReader.ofResponse(new Framing.Chunked(), HeadLimits.defaults(), Responses.STRICT);

    assertThat(Chunks.read(reader, List.of(bytes(unescaped(chunked)))).progress())
        .isInstanceOf(Received.Incomplete.class);
    assertThat(reader.endOfInput())
        .isEqualTo(
            new Received.Malformed<>(new MalformedMessage(502, "the content was cut short")));
  }

  @Test
  void theLargestChunkIsNotTakenForAnEnd() {
    assertThat(read("7fffffffffffffff\r\na")).isInstanceOf(Received.Incomplete.class);
  }

  @Test
  void afterTheEndNothingIsTaken() {
    ContentReader reader = ContentReader.ofRequest(new Framing.Chunked(), HeadLimits.defaults());
    ByteBuf in = bytes(LAST + LAST);

    Received<FieldLines> end = reader.read(in, ByteBuf::release);

    assertThat(reader.read(in, ByteBuf::release)).isEqualTo(end);
    assertThat(reader.endOfInput()).isEqualTo(end);
    assertThat(Heads.text(in)).isEqualTo(LAST);
  }

  @Test
  @DisplayName("L06: the chunks of one read are one piece, of no more memory than they take")
  void theChunksOfOneReadAreOnePiece() {
    ContentReader reader = ContentReader.ofRequest(new Framing.Chunked(), HeadLimits.defaults());
    ByteBuf in = bytes("1\r\na\r\n".repeat(10_000));
    int sent = in.readableBytes();
    List<ByteBuf> pieces = new ArrayList<>();

    assertThat(reader.read(in, pieces::add)).isInstanceOf(Received.Incomplete.class);

    assertThat(pieces).hasSize(1);
    ByteBuf piece = pieces.getFirst();
    assertThat(Heads.text(piece)).isEqualTo("a".repeat(10_000));
    assertThat(piece.capacity()).isLessThanOrEqualTo(sent);
    piece.release();
  }

  @Test
  @DisplayName("what stands before something malformed in the same read is told first")
  void contentBeforeSomethingMalformedIsTold() {
    ContentReader reader = ContentReader.ofRequest(new Framing.Chunked(), HeadLimits.defaults());
    Chunks.Reading reading = Chunks.read(reader, List.of(bytes("1\r\na\r\n2\r\nbc\r\nx")));

    assertThat(reading.progress()).isInstanceOf(Received.Malformed.class);
    assertThat(reading.content()).isEqualTo("abc");
  }
}
