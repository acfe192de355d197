package io.detour.ops.replay;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.detour.core.HostPort;
import io.detour.ops.replay.LogSummary.StrangeLine;
import io.detour.rules.Decision.Effect;
import io.detour.rules.Mode;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AccessLogReaderTest {
  private static final String USE =
      "2026-11-21T02:28:47.100+01:00 WARN  decision client=10.20.1.9"
          + " requested=erp.old.example.com:8443 rule=erp action=rewrite"
          + " target=erp.new.example.com:8443 attempts=2\n";

  @TempDir private Path folder;

  private final List<LoggedRequest> requests = new ArrayList<>();

  @Test
  void aLineOfTheTextFormatIsRead() {
    LogSummary summary = read(USE);

    assertThat(requests)
        .containsExactly(
            new LoggedRequest(
                1,
                Instant.parse("2026-11-21T01:28:47.100Z"),
                "10.20.1.9",
                null,
                hostPort("erp.old.example.com:8443"),
                new Ruling(
                    "erp",
                    Effect.REWRITE,
                    Mode.ENFORCE,
                    List.of(hostPort("erp.new.example.com:8443")),
                    false),
                2,
                null,
                0));
    assertThat(summary).isEqualTo(new LogSummary(1, 1, 0, 0, 0, List.of(), null));
  }

  @Test
  void aLineOfTheJsonFormatIsRead() {
    LogSummary summary =
        read(
            "{\"ts\":\"2026-11-21T01:28:47.1Z\",\"event\":\"decision\",\"client\":\"10.20.1.9\",\"user\":\"ann\",\"requested\":\"erp.old.example.com:8443\",\"rule\":\"erp\",\"action\":\"rewrite\",\"mode\":\"report\",\"would_rewrite_to\":\"erp.new.example.com:8443\",\"target\":\"erp.old.example.com:8443\",\"status\":502,\"owner\":null,\"attempts\":1,\"error\":\"dns_error\",\"details\":\"a\\u000ab\"}\n");

    assertThat(requests)
        .containsExactly(
            new LoggedRequest(
                1,
                Instant.parse("2026-11-21T01:28:47.100Z"),
                "10.20.1.9",
                "ann",
                hostPort("erp.old.example.com:8443"),
                new Ruling(
                    "erp",
                    Effect.REWRITE,
                    Mode.REPORT,
                    List.of(hostPort("erp.new.example.com:8443")),
                    false),
                1,
                new LoggedRequest.Refused(502, "dns_error", "a\nb"),
                0));
    assertThat(summary.requests()).isEqualTo(1);
  }

  @Test
  void otherEventsOfDetourAreCountedApart() {
    String close = "2026-11-21T02:28:47.100+01:00 INFO  close id=k3f9x-1 bytes_up=5\n";
    LogSummary summary = read("{\"event\":\"close\",\"ts\":\"x\"}\n" + close + USE);

    assertThat(summary).isEqualTo(new LogSummary(3, 1, 2, 0, 0, List.of(), null));
    assertThat(requests).extracting(LoggedRequest::line).containsExactly(3L);
  }

  @Test
  void usesWithoutALineAreCounted() {
    String followed = USE.strip() + " suppressed=40\n";
    String alone =
        "2026-11-21T02:29:47.100+01:00 INFO  suppressed client=10.20.1.9 rule=erp suppressed=2\n";

    String json = "{\"ts\":\"x\",\"event\":\"suppressed\",\"suppressed\":100}\n";

    assertThat(read(USE + followed + alone + json).suppressed()).isEqualTo(142);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      value = {
        "Try the example | it tells none of: decision, close, progress, suppressed",
        "word | there is no time and level",
        "today WARN  decision client=10.0.0.1 | \"today\" is no time (expected:"
            + " 2026-11-21T01:28:47.100Z)",
        "2026-11-21T01:28:47Z WARN  decision | \"client\" is missing",
        "2026-11-21T01:28:47Z WARN  decision client=a client=b | character 45 begins no"
            + " new key=value",
        "2026-11-21T01:28:47Z WARN  decision! client=a | character 36 begins no new" + " key=value",
        "2026-11-21T01:28:47Z WARN  decision client= requested=a:1 | character 36 begins no"
            + " new key=value",
        "2026-11-21T01:28:47Z WARN  decision client=a x=\"open | character 45 begins no"
            + " new key=value",
        "2026-11-21T01:28:47Z WARN  decision client=a x=\"\\q\" | character 45 begins no"
            + " new key=value",
        "2026-11-21T01:28:47Z WARN  decision client=a x=\"\\u12g4\" | character 45 begins"
            + " no new key=value",
        "2026-11-21T01:28:47Z WARN  decision client=a requested=b | \"b\" is not HOST:PORT:"
            + " port is missing",
        "2026-11-21T01:28:47Z INFO  decision client=a status=99 | \"99\" is no status"
            + " (expected: 100..599)",
        "2026-11-21T01:28:47Z WARN  decision client=a rule=r | \"action\" is missing",
        "2026-11-21T01:28:47Z WARN  decision client=a rule=r action=x | \"x\" is no action"
            + " (expected: brownout, pass, reject, rewrite)",
        "2026-11-21T01:28:47Z WARN  decision client=a rule=r action=pass mode=off |"
            + " \"off\" is no mode (expected: enforce, report)",
        "2026-11-21T01:28:47Z WARN  decision client=a attempts=0 | \"0\" is no attempts"
            + " (expected: 1..2147483647)",
        "2026-11-21T01:28:47Z WARN  decision client=a rule=\"\\u001b[2J\" action=pass |"
            + " \"\\u001b[2J\" is no rule (expected: [a-z0-9-]{1,63})",
        "2026-11-21T01:28:47Z INFO  suppressed client=a suppressed=many | \"many\" is no suppressed"
            + " (expected: 1..2147483647)",
        "{\"ts\": | it is no JSON object",
        "{} | \"ts\" is missing",
      })
  void aStrangeLineIsReportedWithItsNumberAndReason(String line, String reason) {
    LogSummary summary = read(USE + "\n" + line + "\n" + USE);

    String text = line.strip();
    assertThat(summary.firstStrange().getFirst().number()).isEqualTo(3);
    assertThat(summary.firstStrange().getFirst().text()).isEqualTo(text);
    assertThat(summary.firstStrange().getFirst().reason()).isEqualTo(reason);
    assertThat(summary.strangeLines()).isEqualTo(1);
    assertThat(requests).extracting(LoggedRequest::line).containsExactly(1L, 4L);
  }

  @Test
  void onlyTheFirstStrangeLinesAreKeptAndAllAreCounted() {
    LogSummary summary = read("x\u001b[2J\n".repeat(1_000));

    assertThat(summary.strangeLines()).isEqualTo(1_000);
    assertThat(summary.firstStrange())
        .extracting(StrangeLine::number)
        .containsExactly(1L, 2L, 3L, 4L, 5L);
    assertThat(summary.firstStrange().getFirst().text()).isEqualTo("x\\u001b[2J");
  }

  @Test
  void endsOfLinesMayBeThoseOfWindowsAndTheLastMayBeMissing() {
    assertThat(read(USE.replace("\n", "\r\n") + USE.strip()).requests()).isEqualTo(2);
    assertThat(requests)
        .extracting(LoggedRequest::ruling)
        .extracting(ruling -> ruling == null ? List.of() : ruling.goals())
        .containsOnly(List.of(hostPort("erp.new.example.com:8443")));
  }

  @Test
  void anEmptyLogHasNoLines() {
    assertThat(read("")).isEqualTo(new LogSummary(0, 0, 0, 0, 0, List.of(), null));
  }

  @Test
  void aCompressedLogIsReadWhateverItsName() throws Exception {
    // Rotated logs are often put together without being unpacked: RFC 1952 2.2.
    byte[] twoMembers = concatenated(gzip(USE), gzip(USE));
    Path file = Files.write(folder.resolve("access.log"), twoMembers);

    assertThat(AccessLogReader.read(file, requests::add).requests()).isEqualTo(2);
  }

  @Test
  void aLogThatIsCutInTheMiddleIsReadUpToThere() throws Exception {
    byte[] whole = gzip(USE.repeat(50_000));
    Path file = Files.write(folder.resolve("cut.gz"), Arrays.copyOf(whole, whole.length / 2));

    LogSummary summary = AccessLogReader.read(file, requests::add);

    assertThat(summary.requests()).isGreaterThan(1_000);
    assertThat(summary.problem()).matches(".*/cut\\.gz: cannot be read behind line \\d+: .+");
  }

  @Test
  void aMissingFileIsSaidPlainly() {
    Path missing = folder.resolve("none\n.log");
    assertThat(AccessLogReader.read(missing, requests::add).problem())
        .isEqualTo(folder + "/none\\u000a.log: cannot be read: there is no such file");
    assertThat(AccessLogReader.read(folder, requests::add).problem())
        .isEqualTo(folder + ": cannot be read: Is a directory");
  }

  @Test
  void aLineWithoutEndFillsNoMemory() {
    InputStream endless = new Repeated(new byte[] {'x'}, 1L << 26);

    LogSummary summary = AccessLogReader.read(endless, "-", requests::add);

    assertThat(summary.strangeLines()).isEqualTo(1);
    assertThat(summary.firstStrange().getFirst().reason())
        .isEqualTo("it is longer than 65536 bytes");
  }

  @Test
  void aLongLogFillsNoMemory() {
    long[] count = new long[1];
    InputStream log = new Repeated(USE.getBytes(UTF_8), 100_000L * USE.length());

    LogSummary summary = AccessLogReader.read(log, "-", request -> count[0]++);

    assertThat(summary.requests()).isEqualTo(100_000);
    assertThat(count[0]).isEqualTo(100_000);
  }

  private LogSummary read(String log) {
    return AccessLogReader.read(new ByteArrayInputStream(log.getBytes(UTF_8)), "-", requests::add);
  }

  private static byte[] gzip(String text) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
      out.write(text.getBytes(UTF_8));
    }
    return bytes.toByteArray();
  }

  private static byte[] concatenated(byte[] first, byte[] second) {
    byte[] both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }

  private static HostPort hostPort(String text) {
    return HostPort.parse(text).orElseThrow();
  }

  /** The same bytes over and over, up to a length. */
  private static final class Repeated extends InputStream {
    private final byte[] bytes;
    private final long length;
    private long at;

    Repeated(byte[] bytes, long length) {
      this.bytes = bytes;
      this.length = length;
    }

    @Override
    public int read() {
      return at == length ? -1 : bytes[(int) (at++ % bytes.length)];
    }

    @Override
    public int read(byte[] into, int offset, int most) {
      int count = (int) Math.min(most, length - at);
      for (int i = 0; i < count; i++) {
        into[offset + i] = bytes[(int) ((at + i) % bytes.length)];
      }
      at += count;
      return count == 0 ? -1 : count;
    }
  }
}
