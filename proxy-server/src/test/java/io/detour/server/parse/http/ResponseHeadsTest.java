package io.detour.server.parse.http;

import static io.detour.server.parse.http.Heads.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import io.detour.rules.Responses;
import io.netty.buffer.ByteBuf;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ResponseHeadsTest {
  private static final String OK = "HTTP/1.1 200 OK\r\n";

  /** What a new reader says last of pieces. */
  private static Received<ResponseHead> read(List<ByteBuf> pieces) {
    return readAs(Responses.STRICT, pieces);
  }

  private static Received<ResponseHead> readInAnySplit(String text, Responses responses) {
    return Heads.sameInAnySplit(text, pieces -> readAs(responses, pieces));
  }

  private static Received<ResponseHead> readAs(Responses responses, List<ByteBuf> pieces) {
    HeadReader<ResponseHead> reader = HeadReader.ofResponses(HeadLimits.defaults(), responses);
    Received<ResponseHead> head = new Received.Incomplete<>();
    for (ByteBuf piece : pieces) {
      if (head instanceof Received.Incomplete<ResponseHead>) {
        head = reader.read(piece);
      }
    }
    return head;
  }

  @Test
  void aHeadIsReadAndNothingBehindIt() {
    ByteBuf in = bytes("HTTP/1.1 404 Not \u00e4 Found\r\nServer: x\r\n\r\nHTTP/1.1");

    assertThat(read(List.of(in)))
        .isEqualTo(
            new Received.Complete<>(
                new ResponseHead(1, 404, "Not \u00e4 Found", new FieldLines("Server", "x"))));
    assertThat(Heads.text(in)).isEqualTo("HTTP/1.1");
  }

  @ParameterizedTest(name = "\"{0}\" is {1}, {2}, \"{3}\"")
  @CsvSource({
    "'HTTP/1.1 200 OK',         1, 200, 'OK'",
    "'HTTP/1.0 200 OK',         0, 200, 'OK'",
    "'HTTP/1.2 200 OK',         1, 200, 'OK'",
    "'HTTP/1.1 200 ',           1, 200, ''",
    "'HTTP/1.1 200',            1, 200, ''",
    "'HTTP/1.1 100 Continue',   1, 100, 'Continue'",
    "'HTTP/1.1 599 a  b ',      1, 599, 'a  b '",
    "'HTTP/1.1 200  OK',        1, 200, ' OK'",
    "'HTTP/1.1 200 \t',         1, 200, '\t'",
    "'HTTP/1.1 200 200 OK',     1, 200, '200 OK'",
  })
  void aStatusLineIsRead(String line, int minorVersion, int status, String reason) {
    assertThat(Heads.sameInAnySplit(line + "\r\nA: b\r\n\r\n", ResponseHeadsTest::read))
        .isEqualTo(
            new Received.Complete<>(
                new ResponseHead(minorVersion, status, reason, new FieldLines("A", "b"))));
  }

  @ParameterizedTest(name = "F17: the status line \"{0}\" is 502")
  @ValueSource(
      strings = {
        "HTTP/2.0 200 OK",
        "HTTP/0.9 200 OK",
        "HTTP/1.1",
        "HTTP/1.1 ",
        "HTTP/1.1 20",
        "HTTP/1.1 2000 OK",
        "HTTP/1.1 099 OK",
        "HTTP/1.1 600 OK",
        "HTTP/1.1 999 OK",
        "HTTP/1.1 2x0 OK",
        "HTTP/1.1 +20 OK",
        "HTTP/1.1  200 OK",
        "HTTP/1.1\t200 OK",
        "HTTP/1.1 200\tOK",
        "HTTP/1.10 200 OK",
        "HTTP/11 200 OK",
        "http/1.1 200 OK",
        "HTTPS/1.1 200 OK",
        "ICY 200 OK",
        " HTTP/1.1 200 OK",
        "\r\nHTTP/1.1 200 OK",
        "HTTP/1.1 200 O\0K",
        "HTTP/1.1 200 O\u007fK",
        "HTTP/1.1 200 O\rK",
        "HTTP/1.1 200 OK\nA: b",
        "HTTP/1.1 200\nA: b",
        "HTTP/1.1 200 OK\r",
        "SSH-2.0-OpenSSH_10.0",
        "<html>",
      })
  void aMalformedStatusLineIs502(String line) {
    assertMalformed(line + "\r\n\r\n");
  }

  @ParameterizedTest(name = "F17: the field lines \"{0}\" are 502")
  @ValueSource(
      strings = {
        "A: b\r\n c\r\n",
        "A: b\r\n\tc\r\n",
        " A: b\r\n",
        "A B : c\r\n",
        "A :b : c\r\nA b\r\n",
        "A\r\n",
        ": b\r\n",
        "A: b\n",
        "A: b\rC: d\r\n",
        "A: b\0\r\n",
        "\u00e4: b\r\n",
        "A B: c\r\n",
      })
  void malformedFieldsAre502(String lines) {
    assertMalformed(OK + lines + "\r\n");
  }

  @Test
  @DisplayName("F17: a header of 1 MiB is 502 when it passes the limit")
  void aLargeHeaderIs502() {
    assertMalformed(OK + "A: " + "b".repeat(70_000));
    assertMalformed(OK + "A: b\r\n".repeat(101));
    assertMalformed("HTTP/1.1 200 " + "b".repeat(70_000));
  }

  @ParameterizedTest(name = "Q04: \"{0}\" is read without the blanks before its colon")
  @ValueSource(strings = {"A : b", "A\t: b", "A \t  :b", "A : \t b "})
  void blanksBeforeAColonAreDropped(String line) {
    for (Responses responses : Responses.values()) {
      assertThat(readInAnySplit(OK + line + "\r\nC: d\r\n\r\n", responses))
          .isEqualTo(
              new Received.Complete<>(
                  new ResponseHead(1, 200, "OK", new FieldLines("A", "b", "C", "d"))));
    }
  }

  @ParameterizedTest(name = "Q04: \"{0}\" is 502")
  @ValueSource(
      strings = {
        "Content-Length : 5",
        "content-length\t: 5",
        "CONTENT-LENGTH  : 5",
        "Transfer-Encoding : chunked",
        "transfer-encoding \t: chunked",
        "Content-Length : 5\r\nContent-Length: 5",
      })
  void blanksBeforeTheColonOfAFramingFieldAre502(String lines) {
    for (Responses responses : Responses.values()) {
      assertThat(readInAnySplit(OK + lines + "\r\n\r\n", responses))
          .isEqualTo(
              new Received.Malformed<>(
                  new MalformedMessage(
                      502,
                      "Content-Length or Transfer-Encoding has white space before its colon")));
    }
  }

  @ParameterizedTest(name = "Q20: leniently read, \"{0}\" is status {1} with A: {2}")
  @CsvSource(
      quoteCharacter = '\'',
      delimiter = '>',
      value = {
        "HTTP/1.1 200 OK\\nA: b\\n\\n                          > 200 > b",
        "HTTP/1.1 200 OK\\r\\nA: b\\n\\r\\n                  > 200 > b",
        "HTTP/1.1 200 OK\\nA: b \\r\\n\\n                     > 200 > b",
        "HTTP/1.1 200\\nA:\\n\\n                              > 200 > ''",
        "HTTP/1.1 200 OK\\r\\nA: b\\r\\n c\\r\\n\\r\\n          > 200 > b c",
        "HTTP/1.1 200 OK\\r\\nA: b \\r\\n\\t c\\n  d\\r\\n\\r\\n > 200 > b c d",
        "HTTP/1.1 200 OK\\r\\nA:\\r\\n b\\r\\n\\r\\n              > 200 > b",
        "HTTP/1.1 200 OK\\r\\nA: b\\r\\n \\r\\n\\r\\n            > 200 > b",
        "HTTP/1.1 200 OK\\r\\nA: \\r\\n \\r\\n\\t\\r\\n\\r\\n    > 200 > ''",
        "HTTP/1.1 200 OK\\r\\nA: b\\r\\n C: d\\r\\n\\r\\n       > 200 > 'b C: d'",
        "HTTP/1.1 999 No\\r\\nA: b\\r\\n\\r\\n                 > 999 > b",
        "HTTP/1.1 600\\r\\nA: b\\r\\n\\r\\n                    > 600 > b",
      })
  void slipsAreForgiven(String text, int status, String value) {
    Received<ResponseHead> head = readInAnySplit(unescaped(text), Responses.LENIENT);

    assertThat(Heads.complete(head).status()).isEqualTo(status);
    assertThat(Heads.complete(head).fields()).isEqualTo(new FieldLines("A", value));
    assertThat(Heads.sameInAnySplit(unescaped(text), ResponseHeadsTest::read))
        .isInstanceOfSatisfying(
            Received.Malformed.class,
            malformed ->
                assertThat(malformed.message().problem())
                    .endsWith("; a rule with \"responses: lenient\" takes it"));
  }

  private static String unescaped(String text) {
    return text.replace("\\r", "\r").replace("\\n", "\n").replace("\\t", "\t");
  }

  @ParameterizedTest(name = "Q20: \"{0}\" is not forgiven")
  @ValueSource(
      strings = {
        "HTTP/1.1 099 OK\r\n\r\n",
        "HTTP/1.1 2000 OK\r\n\r\n",
        "HTTP/1.1 20\n\n",
        "HTTP/1.1\n\n",
        "HTTP/2.0 200 OK\n\n",
        "ICY 200 OK\r\n\r\n",
        "\nHTTP/1.1 200 OK\n\n",
        "HTTP/1.1 200 OK\r\n A: b\r\n\r\n",
        "HTTP/1.1 200 OK\rA: b\r\n\r\n",
        "HTTP/1.1 200 OK\r\nA: b\rC: d\r\n\r\n",
        "HTTP/1.1 200 OK\r\nA: b\r\r\n\r\n",
        "HTTP/1.1 200 OK\r\nA: b\0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nA\n\n",
        "HTTP/1.1 200 OK\r\n: b\n\n",
        "HTTP/1.1 200 OK\r\nA B: c\n\n",
      })
  void otherSlipsAre502(String text) {
    assertThat(readInAnySplit(text, Responses.LENIENT))
        .isInstanceOfSatisfying(
            Received.Malformed.class,
            malformed -> {
              assertThat(malformed.message().status()).isEqualTo(502);
              assertThat(malformed.message().problem()).doesNotContain("lenient");
            });
  }

  @Test
  @DisplayName("Q20: a folded Content-Length is one value, or none")
  void foldedFramingIsUnfoldedFirst() {
    assertThat(
            Framing.ofResponse(
                "GET",
                Heads.complete(
                    readAs(Responses.LENIENT, List.of(bytes(OK + "Content-Length:\n 5\n\n"))))))
        .isEqualTo(new Received.Complete<>(new Framing.Length(5)));
    assertThat(
            Framing.ofResponse(
                "GET",
                Heads.complete(
                    readAs(Responses.LENIENT, List.of(bytes(OK + "Content-Length: 1\n 2\n\n"))))))
        .isInstanceOf(Received.Malformed.class);
  }

  private static void assertMalformed(String text) {
    assertThat(Heads.sameInAnySplit(text, ResponseHeadsTest::read))
        .isInstanceOfSatisfying(
            Received.Malformed.class,
            malformed -> assertThat(malformed.message().status()).isEqualTo(502));
  }

  @Test
  @DisplayName("F18: interim responses are heads like others, one after another")
  void interimResponsesAreRead() {
    HeadReader<ResponseHead> reader =
        HeadReader.ofResponses(HeadLimits.defaults(), Responses.STRICT);
    ByteBuf in = bytes("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + OK + "\r\n");

    assertThat(Heads.complete(reader.read(in)).isInterim()).isTrue();
    assertThat(Heads.complete(reader.read(in)).isInterim()).isFalse();
  }

  @Test
  void aHeadBeginsWithItsFirstByte() {
    HeadReader<ResponseHead> reader =
        HeadReader.ofResponses(HeadLimits.defaults(), Responses.STRICT);

    assertThat(reader.begun()).isFalse();
    assertThat(reader.read(bytes("H"))).isInstanceOf(Received.Incomplete.class);
    assertThat(reader.begun()).isTrue();
    assertThat(reader.read(bytes(OK.substring(1) + "\r\n"))).isInstanceOf(Received.Complete.class);
    assertThat(reader.begun()).isFalse();
  }
}
