package io.detour.server.parse.http;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * W04: whatever is sent, it is refused or forwarded as exactly one request, the one that was read.
 */
@Timeout(10)
class RequestHeadFuzzTest {
  /** So small that inputs reach them. */
  private static final HeadLimits LIMITS = new HeadLimits(512, 128, 8);

  private static final HeadLimits LARGE = new HeadLimits(1 << 20, 1 << 19, 1000);
  private static final String END = "\r\n\r\n";

  @ParameterizedTest(name = "C20 C21 W04 {0}")
  @MethodSource("corpus")
  void replay(byte[] input) {
    aHeadIsRefusedOrForwardedAsOneRequest(input);
  }

  static List<Named<byte[]>> corpus() {
    return FuzzCorpus.of(RequestHeadFuzzTest.class);
  }

  /**
   * @param input a byte that says how the head is split, and the head
   */
  @FuzzTest(maxDuration = "")
  void aHeadIsRefusedOrForwardedAsOneRequest(byte[] input) {
    Pieces pieces = new Pieces(input);
    ByteBuf whole = pieces.whole();
    Received<RequestHead> read = HeadReader.ofRequests(LIMITS).read(whole);
    assertSameWhenSplit(pieces, read, whole.readableBytes());
    if (read instanceof Received.Complete(RequestHead head)
        && HostField.problem(head) == null
        && Framing.ofRequest(head) instanceof Received.Complete(Framing framing)
        && ForwardTarget.parse(head.method(), head.target())
            instanceof Received.Complete(ForwardTarget target)) {
      assertForwardedAsOne(forwarded(head, target, framing), framing);
    }
  }

  private static void assertSameWhenSplit(Pieces pieces, Received<RequestHead> whole, int rest) {
    HeadReader<RequestHead> reader = HeadReader.ofRequests(LIMITS);
    Received<RequestHead> read = new Received.Incomplete<>();
    int left = 0;
    for (ByteBuf piece : pieces.split()) {
      if (read instanceof Received.Incomplete<RequestHead>) {
        read = reader.read(piece);
      }
      left += piece.readableBytes();
    }
    require(read.equals(whole), "another head when split");
    require(
        !(read instanceof Received.Complete<RequestHead>) || left == rest,
        "another rest when split");
  }

  private static RequestHead forwarded(RequestHead head, ForwardTarget target, Framing framing) {
    FieldLines.Builder fields =
        new FieldLines.Builder()
            .add("Host", target.address().toString())
            .addAll(EndToEnd.of(head.fields()).build())
            .add("Via", "1.1 detour");
    return new RequestHead(head.method(), target.pathAndQuery(), 1, framing.addTo(fields).build());
  }

  private static void assertForwardedAsOne(RequestHead forwarded, Framing framing) {
    ByteBuf written = Unpooled.buffer();
    MessageWriter.write(forwarded, written);
    assertLooksLikeOne(Heads.text(written), forwarded);

    HeadReader<RequestHead> reader = HeadReader.ofRequests(LARGE);
    require(
        reader.read(written).equals(new Received.Complete<>(forwarded)),
        "another request when read again");
    require(!written.isReadable() && !reader.begun(), "more than one request");
    require(
        Framing.ofRequest(forwarded).equals(new Received.Complete<>(framing)), "another framing");
    require(HostField.problem(forwarded) == null, "another host");
    require(
        (forwarded.target().startsWith("/") && forwarded.target().indexOf('#') < 0)
            || forwarded.target().equals("*"),
        "no target of an origin");
  }

  /** With no parser of ours. */
  private static void assertLooksLikeOne(String text, RequestHead forwarded) {
    require(text.indexOf(END) == text.length() - END.length(), "an end in the middle");
    String[] lines = text.substring(0, text.length() - END.length()).split("\r\n", -1);
    require(
        lines[0].equals(forwarded.method() + " " + forwarded.target() + " HTTP/1.1"),
        "another request line");
    require(lines[0].split("\\s", -1).length == 3, "not three words");
    require(lines.length == 1 + forwarded.fields().size(), "another number of lines");
    int hosts = 0;
    int framings = 0;
    for (int i = 1; i < lines.length; i++) {
      String line = lines[i].toLowerCase(Locale.ROOT);
      require(line.indexOf('\r') < 0 && line.indexOf('\n') < 0 && line.indexOf(':') > 0, "a line");
      hosts += line.startsWith("host:") ? 1 : 0;
      framings += line.startsWith("content-length:") ? 1 : 0;
      framings += line.startsWith("transfer-encoding:") ? 1 : 0;
    }
    require(hosts == 1 && framings <= 1, "hosts or framings");
  }

  /** AssertJ would take most of the time of a million inputs. */
  private static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new AssertionError(otherwise);
    }
  }
}
