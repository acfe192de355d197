package io.detour.server.parse.http;

import static io.detour.server.parse.http.Heads.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class HeadReaderTest {
  private static final String LINE = "GET http://h/ HTTP/1.1\r\n";
  private static final String HOST = "Host: h\r\n";
  private static final String END = "\r\n";

  /** Stands in malformed heads, and may not stand in what is said of them. */
  private static final String MARK = "zq9x";

  private static HeadReader<RequestHead> reader() {
    return HeadReader.ofRequests(HeadLimits.defaults());
  }

  /** What a new reader says last, and what it left of the pieces. */
  private record Reading(Received<RequestHead> head, String rest) {}

  private static Reading read(List<ByteBuf> pieces) {
    return read(HeadLimits.defaults(), pieces);
  }

  private static Reading read(HeadLimits limits, List<ByteBuf> pieces) {
    HeadReader<RequestHead> reader = HeadReader.ofRequests(limits);
    Received<RequestHead> head = new Received.Incomplete<>();
    StringBuilder rest = new StringBuilder();
    for (ByteBuf piece : pieces) {
      if (head instanceof Received.Incomplete<RequestHead>) {
        head = reader.read(piece);
      }
      rest.append(Heads.text(piece));
    }
    // How much of a malformed head is taken does not matter: the connection is closed.
    return new Reading(head, head instanceof Received.Complete<RequestHead> ? rest.toString() : "");
  }

  @Test
  void aHeadIsReadAndNothingBehindIt() {
    ByteBuf in =
        bytes("POST http://h/a?b HTTP/1.1\r\nHost:h\r\nX-Odd: \t a b \t \r\nEmpty:\r\n\r\nbody");

    Received<RequestHead> head = reader().read(in);

    assertThat(head)
        .isEqualTo(
            new Received.Complete<>(
                new RequestHead(
                    "POST",
                    "http://h/a?b",
                    1,
                    new FieldLines("Host", "h", "X-Odd", "a b", "Empty", ""))));
    assertThat(Heads.text(in)).isEqualTo("body");
  }

  static Stream<String> wellFormed() {
    return Stream.of(
        LINE + END,
        LINE + HOST + END,
        "\r\n\r\n" + LINE + HOST + END + "behind it",
        "CONNECT h:443 HTTP/1.0\r\n\r\n\u0016\u0003\u0001 then\n whatever\r the tunnel\0 holds",
        LINE + "X: tab\there\r\nY: \u00e9\u00ff\u0080\r\nZ:\r\nQ: \"a, b\"\r\n" + END,
        LINE + "!#$%&'*+-.^_`|~09azAZ: token\r\n" + END,
        LINE + "a:b:c\r\n" + END,
        "M-SEARCH * HTTP/1.1\r\n\r\n",
        "GET http://h/%2f//?;|^{}\"<>\\` HTTP/1.1\r\n\r\n",
        LINE + ("X-" + "n".repeat(500) + ": " + "v".repeat(3000) + "\r\n").repeat(4) + END + "x");
  }

  @ParameterizedTest
  @MethodSource("wellFormed")
  @DisplayName("C02 C20: split anywhere, a head is the same and the rest is left")
  void aHeadIsTheSameInAnySplit(String text) {
    Reading reading = Heads.sameInAnySplit(text, HeadReaderTest::read);

    assertThat(reading.head()).isInstanceOf(Received.Complete.class);
    int end = text.indexOf("\r\n\r\n", text.startsWith("\r\n") ? 4 : 0) + 4;
    assertThat(reading.rest()).isEqualTo(text.substring(end));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("io.detour.server.parse.http.MalformedRequests#rows")
  void aMalformedHeadHasItsStatus(MalformedRequests.Row row) {
    Reading reading = Heads.sameInAnySplit(row.text(), HeadReaderTest::read);

    assertThat(reading.head())
        .isInstanceOfSatisfying(
            Received.Malformed.class,
            malformed -> {
              assertThat(malformed.message().status()).isEqualTo(row.status());
              assertThat(malformed.message().problem()).isNotEmpty().doesNotContain(MARK);
            });
  }

  @ParameterizedTest(name = "C19: HTTP/1.{0} is read as HTTP/1.1")
  @ValueSource(ints = {1, 2, 9})
  void aHigherMinorVersionIsReadAsOne(int minor) {
    assertThat(Heads.readRequest("GET http://h/ HTTP/1." + minor + "\r\n\r\n").minorVersion())
        .isEqualTo(1);
  }

  @Test
  @DisplayName("C20: four empty lines before a request are skipped, five are refused")
  void emptyLinesAreBounded() {
    assertThat(reader().read(bytes("\r\n".repeat(4) + LINE + END)))
        .isInstanceOf(Received.Complete.class);
    assertThat(reader().read(bytes("\r\n".repeat(5) + LINE + END)))
        .isInstanceOfSatisfying(
            Received.Malformed.class, m -> assertThat(m.message().status()).isEqualTo(400));
  }

  @Test
  void emptyLinesDoNotBeginAHead() {
    HeadReader<RequestHead> reader = reader();

    assertThat(reader.read(bytes("\r\n\r"))).isInstanceOf(Received.Incomplete.class);
    assertThat(reader.begun()).isFalse();
    assertThat(reader.read(bytes("\nG"))).isInstanceOf(Received.Incomplete.class);
    assertThat(reader.begun()).isTrue();
    assertThat(reader.read(bytes(LINE.substring(1) + END))).isInstanceOf(Received.Complete.class);
    assertThat(reader.begun()).isFalse();
  }

  @Test
  @DisplayName("F20: heads that come together are read one after another")
  void headsFollowEachOther() {
    HeadReader<RequestHead> reader = reader();
    ByteBuf in = bytes((LINE + HOST + END).repeat(100));

    for (int i = 0; i < 100; i++) {
      assertThat(reader.read(in)).isInstanceOf(Received.Complete.class);
    }
    assertThat(in.isReadable()).isFalse();
    assertThat(reader.read(in)).isInstanceOf(Received.Incomplete.class);
  }

  @Test
  void whatIsMalformedStaysSo() {
    HeadReader<RequestHead> reader = reader();
    Received<RequestHead> malformed = reader.read(bytes("GET\n"));

    assertThat(reader.read(bytes(LINE + HOST + END))).isEqualTo(malformed);
  }

  @Test
  void everyKindOfBufferIsRead() {
    byte[] head = (LINE + HOST + END + "rest").getBytes(StandardCharsets.ISO_8859_1);
    ByteBuf direct = UnpooledByteBufAllocator.DEFAULT.directBuffer().writeBytes(head);
    ByteBuf composite =
        Unpooled.wrappedBuffer(
            Unpooled.copiedBuffer(head, 0, 30), Unpooled.copiedBuffer(head, 30, head.length - 30));
    for (ByteBuf in : List.of(direct, composite, Unpooled.wrappedBuffer(head).asReadOnly())) {
      assertThat(reader().read(in)).isInstanceOf(Received.Complete.class);
      assertThat(Heads.text(in)).isEqualTo("rest");
      in.release();
    }
  }
}
