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
import org.junit.jupiter.params.provider.ValueSource;

/** Content that is counted, and content that ends with the connection. */
class ContentReaderTest {
  private static ContentReader request(Framing framing) {
    return ContentReader.ofRequest(framing, HeadLimits.defaults());
  }

  private static ContentReader response(Framing framing) {
    return ContentReader.ofResponse(framing, HeadLimits.defaults(), Responses.STRICT);
  }

  private final List<ByteBuf> pieces = new ArrayList<>();

  @Test
  @DisplayName("F19: without content the message ends at once and the next one is left")
  void withoutContentTheMessageEndsAtOnce() {
    for (Framing framing :
        List.of(new Framing.None(), new Framing.None(5), new Framing.Length(0))) {
      ByteBuf in = bytes("HTTP/1.1 200");

      assertThat(response(framing).read(in, pieces::add)).isInstanceOf(Received.Complete.class);
      assertThat(in.readableBytes()).isEqualTo(12);
      assertThat(response(framing).endOfInput()).isInstanceOf(Received.Complete.class);
    }
    assertThat(pieces).isEmpty();
  }

  @ParameterizedTest(name = "content of {0} bytes ends after as many")
  @ValueSource(ints = {1, 2, 5, 7, 8})
  void contentIsCounted(int length) {
    String text = "contents";

    Chunks.Reading reading =
        Heads.sameInAnySplit(
            text, split -> Chunks.read(request(new Framing.Length(length)), split));

    assertThat(reading.content()).isEqualTo(text.substring(0, length));
    assertThat(reading.rest()).isEqualTo(text.substring(length));
    assertThat(reading.progress()).isInstanceOf(Received.Complete.class);
  }

  @Test
  @DisplayName("F23: content that is cut short is told, of a request as 400, of a response as 502")
  void contentThatIsCutShortIsTold() {
    Framing six = new Framing.Length(6);
    ContentReader request = request(six);

    assertThat(request.read(bytes("12345"), pieces::add)).isInstanceOf(Received.Incomplete.class);
    assertThat(request.endOfInput())
        .isEqualTo(
            new Received.Malformed<>(new MalformedMessage(400, "the content was cut short")));
    assertThat(response(six).endOfInput())
        .isEqualTo(
            new Received.Malformed<>(new MalformedMessage(502, "the content was cut short")));
  }

  @Test
  void theLongestContentIsNotTakenForAnEnd() {
    ContentReader reader = response(new Framing.Length(Long.MAX_VALUE));

    assertThat(reader.read(bytes("a"), pieces::add)).isInstanceOf(Received.Incomplete.class);
  }

  @Test
  @DisplayName("F23: content without a length ends with the connection")
  void contentEndsWithTheConnection() {
    ContentReader reader = response(new Framing.UntilClose());

    assertThat(reader.read(bytes("a\r\n\r\n"), pieces::add))
        .isInstanceOf(Received.Incomplete.class);
    assertThat(reader.read(bytes(""), pieces::add)).isInstanceOf(Received.Incomplete.class);
    assertThat(reader.endOfInput()).isInstanceOf(Received.Complete.class);
    ByteBuf late = bytes("late");
    assertThat(reader.read(late, pieces::add)).isInstanceOf(Received.Complete.class);
    assertThat(late.readableBytes()).isEqualTo(4);
    assertThat(pieces).hasSize(1);
  }

  @Test
  void piecesAreSlicesOfWhatCame() {
    ByteBuf in = bytes("12345rest");

    request(new Framing.Length(5)).read(in, pieces::add);

    assertThat(in.refCnt()).isEqualTo(2);
    assertThat(pieces.getFirst().array()).isSameAs(in.array());
    pieces.getFirst().release();
    assertThat(in.refCnt()).isEqualTo(1);
  }
}
