package io.detour.server.parse.http;

import static io.detour.server.parse.http.Heads.bytes;
import static org.assertj.core.api.Assertions.assertThat;

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
    HeadReader<ResponseHead> reader = HeadReader.ofResponses(HeadLimits.defaults());
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
        "A : b\r\n",
        "A\t: b\r\n",
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

  private static void assertMalformed(String text) {
    assertThat(Heads.sameInAnySplit(text, ResponseHeadsTest::read))
        .isInstanceOfSatisfying(
            Received.Malformed.class,
            malformed -> assertThat(malformed.message().status()).isEqualTo(502));
  }

  @Test
  @DisplayName("F18: interim responses are heads like others, one after another")
  void interimResponsesAreRead() {
    HeadReader<ResponseHead> reader = HeadReader.ofResponses(HeadLimits.defaults());
    ByteBuf in = bytes("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + OK + "\r\n");

    assertThat(Heads.complete(reader.read(in)).isInterim()).isTrue();
    assertThat(Heads.complete(reader.read(in)).isInterim()).isFalse();
  }

  @Test
  void aHeadBeginsWithItsFirstByte() {
    HeadReader<ResponseHead> reader = HeadReader.ofResponses(HeadLimits.defaults());

    assertThat(reader.begun()).isFalse();
    assertThat(reader.read(bytes("H"))).isInstanceOf(Received.Incomplete.class);
    assertThat(reader.begun()).isTrue();
    assertThat(reader.read(bytes(OK.substring(1) + "\r\n"))).isInstanceOf(Received.Complete.class);
    assertThat(reader.begun()).isFalse();
  }
}
