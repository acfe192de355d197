package io.detour.server.parse.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.function.Consumer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MessageWriterTest {
  private static final FieldLines FIELDS =
      new FieldLines("Host", "h", "X-!", "a\t\u00ff b", "E", "");

  @Test
  void aRequestIsWritten() {
    RequestHead head = new RequestHead("GET", "/a?b", 1, FIELDS);

    String text = Heads.written(out -> MessageWriter.write(head, out));

    assertThat(text).isEqualTo("GET /a?b HTTP/1.1\r\nHost: h\r\nX-!: a\t\u00ff b\r\nE: \r\n\r\n");
    assertThat(Heads.readRequest(text)).isEqualTo(head);
  }

  @Test
  void aResponseIsWritten() {
    ResponseHead head = new ResponseHead(0, 404, "Not \u00e4 Found", FIELDS);

    String text = Heads.written(out -> MessageWriter.write(head, out));

    assertThat(text)
        .isEqualTo("HTTP/1.0 404 Not \u00e4 Found\r\nHost: h\r\nX-!: a\t\u00ff b\r\nE: \r\n\r\n");
    assertThat(Heads.readResponse(text)).isEqualTo(head);
  }

  @Test
  @DisplayName("every byte that a value may hold is written as it was read")
  void everyByteOfAValueIsKept() {
    for (int octet = 0; octet < 256; octet++) {
      if (Octets.isText(octet)) {
        String value = "<" + (char) octet + ">";
        RequestHead head = Heads.readRequest("GET / HTTP/1.1\r\nA: " + value + "\r\n\r\n");

        assertThat(Heads.written(out -> MessageWriter.write(head, out))).contains(value);
      }
    }
  }

  @Test
  void chunksAreWritten() {
    String text =
        Heads.written(
            out -> {
              MessageWriter.chunkStart(26, out);
              out.writeZero(26);
              MessageWriter.chunkEnd(out);
              MessageWriter.lastChunk(new FieldLines("A", "b"), out);
            });

    assertThat(text).isEqualTo("1a\r\n" + "\0".repeat(26) + "\r\n0\r\nA: b\r\n\r\n");
    assertThat(Heads.written(out -> MessageWriter.lastChunk(FieldLines.NONE, out)))
        .isEqualTo("0\r\n\r\n");
    assertThat(Heads.written(out -> MessageWriter.chunkStart(Long.MAX_VALUE, out)))
        .isEqualTo("7fffffffffffffff\r\n");
  }

  @ParameterizedTest(name = "W03: the value \"{0}\" is not written")
  @ValueSource(
      strings = {"a\rb", "a\nb", "a\r\nB: c", "\0", "\u0001", "\u007f", "\u0100", "\u010d"})
  void aValueThatWouldBeAnotherMessageIsNotWritten(String value) {
    FieldLines fields = new FieldLines("A", value);

    assertRefused(out -> MessageWriter.write(new RequestHead("GET", "/", 1, fields), out));
    assertRefused(out -> MessageWriter.write(new ResponseHead(1, 200, "OK", fields), out));
    assertRefused(
        out -> MessageWriter.write(new ResponseHead(1, 200, value, FieldLines.NONE), out));
    assertRefused(out -> MessageWriter.lastChunk(fields, out));
  }

  @ParameterizedTest(name = "W03: the name or method \"{0}\" is not written")
  @ValueSource(
      strings = {"", "a b", "a:", "a\r\nb", "a\0", "\u00e4", "\u0141", " a", "a\t", "(", "a/b"})
  void whatIsNoTokenIsNotWritten(String token) {
    assertRefused(
        out ->
            MessageWriter.write(new RequestHead("GET", "/", 1, new FieldLines(token, "a")), out));
    assertRefused(out -> MessageWriter.write(new RequestHead(token, "/", 1, FieldLines.NONE), out));
  }

  @ParameterizedTest(name = "W03: the target \"{0}\" is not written")
  @ValueSource(
      strings = {"", "/ ", "/ HTTP/1.1\r\nA: b", "/\0", "/\t", "/\u007f", "/\u00e4", "/\u0120"})
  void whatIsNoTargetIsNotWritten(String target) {
    assertRefused(
        out -> MessageWriter.write(new RequestHead("GET", target, 1, FieldLines.NONE), out));
  }

  @Test
  void numbersOutOfRangeAreNotWritten() {
    for (int status : new int[] {0, 99, 1000, -200}) {
      assertRefused(
          out -> MessageWriter.write(new ResponseHead(1, status, "", FieldLines.NONE), out));
    }
    assertRefused(out -> MessageWriter.write(new RequestHead("GET", "/", 2, FieldLines.NONE), out));
    assertRefused(out -> MessageWriter.chunkStart(0, out));
    assertRefused(out -> MessageWriter.chunkStart(-1, out));
  }

  /** Not even a part is written. */
  private static void assertRefused(Consumer<ByteBuf> writer) {
    ByteBuf out = Unpooled.buffer();

    assertThatIllegalArgumentException().isThrownBy(() -> writer.accept(out));
    assertThat(out.isReadable()).isFalse();
  }
}
