package io.detour.server.parse.http;

import static io.detour.server.parse.http.Heads.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each limit is met exactly, and memory follows what has come. */
class HeadLimitsBoundsTest {
  private static final String LINE = "GET http://h/ HTTP/1.1\r\n";
  private static final HeadLimits LIMITS = HeadLimits.defaults();

  private static Received<RequestHead> read(String text) {
    return HeadReader.ofRequests(LIMITS).read(bytes(text));
  }

  private static int status(Received<RequestHead> head) {
    return switch (head) {
      case Received.Complete(_) -> 200;
      case Received.Malformed(MalformedMessage message) -> message.status();
      case Received.Incomplete() -> 0;
    };
  }

  @ParameterizedTest(name = "L02: a target of {0} bytes is read")
  @ValueSource(ints = {8000, 8191, 8192})
  void aLongTargetIsRead(int length) {
    assertThat(status(read("GET " + "a".repeat(length) + " HTTP/1.1\r\n\r\n"))).isEqualTo(200);
  }

  @Test
  @DisplayName("L02: a target is refused at its first byte beyond the limit")
  void aTargetIsRefusedAtOnce() {
    assertThat(status(read("GET " + "a".repeat(8192)))).isEqualTo(0);
    assertThat(status(read("GET " + "a".repeat(8193)))).isEqualTo(414);
    assertThat(status(read("GET " + "a".repeat(8193) + " HTTP/1.1\r\n\r\n"))).isEqualTo(414);
  }

  @Test
  @DisplayName("L02: a head of exactly the limit is read, one byte more is 431 before its end")
  void aHeadMayBeAsLargeAsTheLimit() {
    int room = LIMITS.headBytes() - (LINE + "X: \r\n\r\n").length();

    assertThat(status(read(LINE + "X: " + "a".repeat(room) + "\r\n\r\n"))).isEqualTo(200);
    assertThat(status(read(LINE + "X: " + "a".repeat(room + 1) + "\r\n\r\n"))).isEqualTo(431);
    assertThat(status(read(LINE + "X: " + "a".repeat(room + 3)))).isEqualTo(0);
    assertThat(status(read(LINE + "X: " + "a".repeat(room + 4)))).isEqualTo(431);
  }

  @Test
  @DisplayName("L02: 100 fields are read, the first byte of one more is 431")
  void fieldsAreCounted() {
    String hundred = LINE + "X: a\r\n".repeat(100);

    assertThat(status(read(hundred + "\r\n"))).isEqualTo(200);
    assertThat(status(read(hundred))).isEqualTo(0);
    assertThat(status(read(hundred + "X"))).isEqualTo(431);
  }

  @Test
  @DisplayName(
      "L06: memory of a slow head grows with it, twice as large at most, and is given back")
  void memoryFollowsWhatHasCome() {
    HeadReader<RequestHead> reader = HeadReader.ofRequests(LIMITS);
    String head = LINE + "X: " + "a".repeat(16_000);
    ByteBuf in = bytes(head);
    for (int come = 1; come <= head.length(); come++) {
      assertThat(reader.read(in.readSlice(1))).isInstanceOf(Received.Incomplete.class);
      assertThat(reader.heldBytes())
          .isBetween(come, Math.min(Math.max(64, 2 * come), LIMITS.headBytes()));
    }
    assertThat(reader.read(bytes("\r\n\r\n"))).isInstanceOf(Received.Complete.class);
    assertThat(reader.heldBytes()).isZero();
  }

  @Test
  @DisplayName("L06: nothing is held of a malformed head")
  void aMalformedHeadIsDropped() {
    HeadReader<RequestHead> reader = HeadReader.ofRequests(LIMITS);

    assertThat(status(reader.read(bytes(LINE + "X: " + "a".repeat(70_000))))).isEqualTo(431);
    assertThat(reader.heldBytes()).isZero();
  }
}
