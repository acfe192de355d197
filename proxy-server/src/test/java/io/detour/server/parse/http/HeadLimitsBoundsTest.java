package io.detour.server.parse.http;

import static io.detour.server.parse.http.Heads.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import io.detour.rules.Responses;
import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.function.Function;
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
  @DisplayName("L02, F17: a head that is too large is told with the key of its limit")
  void theLimitIsNamed() {
    String large = "X: " + "a".repeat(70_000);
    String many = "X: a\r\n".repeat(101);

    for (Function<String, Received<?>> reader :
        List.<Function<String, Received<?>>>of(
            fields -> read(LINE + fields),
            fields ->
                HeadReader.ofResponses(LIMITS, Responses.STRICT)
                    .read(bytes("HTTP/1.1 200 OK\r\n" + fields)))) {
      assertThat(problem(reader.apply(large)))
          .isEqualTo("the head is larger than 65536 bytes (limits.head)");
      assertThat(problem(reader.apply(many)))
          .isEqualTo("there are more than 100 field lines (limits.fields)");
    }
    assertThat(problem(read("GET " + "a".repeat(8193))))
        .isEqualTo("the request target is longer than 8192 bytes (limits.target)");
  }

  private static String problem(Received<?> head) {
    return head instanceof Received.Malformed<?>(MalformedMessage message)
        ? message.problem()
        : head.toString();
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
