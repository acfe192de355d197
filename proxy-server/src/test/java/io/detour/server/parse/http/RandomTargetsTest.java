package io.detour.server.parse.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Whatever target is accepted, the origin reads exactly one request of it. */
class RandomTargetsTest {
  private static final int ORDINARY = 50_000;
  private static final int CAMPAIGN = 1_000_000;

  /** Every byte, and more often those that could matter. */
  private static final String MATTERS = " \t\r\n\0#?/:@[]%\\.,;*HTTP/1.1";

  private final ForwardedHeads heads = new ForwardedHeads(new ViaField("me"));
  private final Random random = new Random(7);

  private String target() {
    StringBuilder target = new StringBuilder(random.nextInt(8) == 0 ? "" : "http://h.test");
    for (int left = random.nextInt(30); left > 0; left--) {
      target.append(
          switch (random.nextInt(8)) {
            case 0 -> (char) random.nextInt(256);
            case 1 -> MATTERS.charAt(random.nextInt(MATTERS.length()));
            case 2 -> '/';
            default -> (char) ('a' + random.nextInt(26));
          });
    }
    return target.toString();
  }

  private void forward(int targets) {
    int forwarded = 0;
    for (int i = 0; i < targets; i++) {
      String method = random.nextInt(4) == 0 ? "OPTIONS" : "GET";
      String text = method + " " + target() + " HTTP/1.1\r\nHost: h\r\n\r\n";
      if (reader().read(bytes(text)) instanceof Received.Complete(RequestHead head)
          && ForwardTarget.parse(head.method(), head.target())
              instanceof Received.Complete(ForwardTarget target)) {
        assertOneRequest(new ForwardRequest(head, target, new Framing.None()));
        forwarded++;
      }
    }
    assertThat(forwarded).as("targets that were accepted").isGreaterThan(targets / 10);
  }

  private void assertOneRequest(ForwardRequest request) {
    ByteBuf sent = Unpooled.buffer();
    MessageWriter.write(heads.request(request, request.target().address(), -1), sent);
    String text = sent.toString(ISO_8859_1);

    if (!(reader().read(sent) instanceof Received.Complete(RequestHead head))) {
      throw new AssertionError(text);
    }
    assertThat(head.method()).as(text).isEqualTo(request.head().method());
    assertThat(head.target()).as(text).isEqualTo(request.target().pathAndQuery());
    assertThat(head.fields().count("Host")).as(text).isEqualTo(1);
    assertThat(sent.isReadable()).as("something is left of " + text).isFalse();
  }

  private static HeadReader<RequestHead> reader() {
    return HeadReader.ofRequests(HeadLimits.defaults());
  }

  private static ByteBuf bytes(String text) {
    return Unpooled.copiedBuffer(text, ISO_8859_1);
  }

  @Test
  @DisplayName("W04: fifty thousand random targets")
  void aRandomTargetIsForwardedAsOneRequest() {
    forward(ORDINARY);
  }

  @Test
  @Tag("campaign")
  @DisplayName("W04: a million random targets")
  void aMillionTargetsAreForwardedAsOneRequestEach() {
    forward(CAMPAIGN);
  }
}
