package io.detour.ops.replay;

import io.detour.core.Printable;
import io.detour.ops.replay.LogSummary.StrangeLine;
import io.detour.server.log.AccessLog;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads an access log from its beginning to its end. In constant memory, on the calling thread. */
public final class AccessLogReader {
  /** Strange lines that are kept. */
  static final int KEPT = 5;

  private static final ParsedLine TOO_LONG =
      new ParsedLine.Strange("it is longer than " + LogLines.MAX_BYTES + " bytes");
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final int BUFFER_BYTES = 64 * 1024;

  private final Consumer<LoggedRequest> requests;
  private final List<StrangeLine> firstStrange = new ArrayList<>();

  /** Of the line that was read last, empty ones counted. */
  private long number;

  private long lines;
  private long requestLines;
  private long otherEvents;
  private long strangeLines;
  private long suppressed;

  private AccessLogReader(Consumer<LoggedRequest> requests) {
    this.requests = requests;
  }

  /** Reads a file, plain or compressed by gzip, and tells its requests in order. */
  public static LogSummary read(Path file, Consumer<LoggedRequest> requests) {
    try (InputStream in = Files.newInputStream(file)) {
      return read(in, file.toString(), requests);
    } catch (NoSuchFileException e) {
      return unread(file, "there is no such file");
    } catch (IOException e) {
      return unread(file, String.valueOf(e.getMessage()));
    }
  }

  /** The same with a stream, which it does not close. */
  public static LogSummary read(InputStream in, String name, Consumer<LoggedRequest> requests) {
    AccessLogReader reader = new AccessLogReader(requests);
    try {
      reader.readLines(new LogLines(uncompressed(in)));
      return reader.summary(null);
    } catch (IOException e) {
      String where = reader.lines == 0 ? "" : " behind line " + reader.number;
      return reader.summary(
          Printable.escaped(
              name + ": cannot be read" + where + ": " + String.valueOf(e.getMessage())));
    }
  }

  private static LogSummary unread(Path file, String reason) {
    return new AccessLogReader(request -> {})
        .summary(Printable.escaped(file + ": cannot be read: " + reason));
  }

  /** RFC 1952 2.3.1: the first two bytes tell. */
  private static InputStream uncompressed(InputStream in) throws IOException {
    BufferedInputStream buffered = new BufferedInputStream(in, BUFFER_BYTES);
    buffered.mark(2);
    int magic = buffered.read() | buffered.read() << 8;
    buffered.reset();
    return magic == GZIPInputStream.GZIP_MAGIC
        ? new GZIPInputStream(buffered, BUFFER_BYTES)
        : buffered;
  }

  private void readLines(LogLines log) throws IOException {
    for (String text = log.next(); text != null; text = log.next()) {
      number++;
      if (text.isBlank()) {
        continue;
      }
      lines++;
      switch (log.isTooLong() ? TOO_LONG : parse(text)) {
        case LoggedRequest request -> {
          requestLines++;
          suppressed += request.suppressed();
          requests.accept(request);
        }
        case ParsedLine.OtherEvent(int uses) -> {
          otherEvents++;
          suppressed += uses;
        }
        case ParsedLine.Strange strange -> {
          strangeLines++;
          if (firstStrange.size() < KEPT) {
            firstStrange.add(new StrangeLine(number, Printable.escaped(text), strange.reason()));
          }
        }
      }
    }
  }

  private ParsedLine parse(String text) {
    return text.startsWith("{") ? parseJson(text) : TextLine.parse(number, text);
  }

  /** A line without an {@code event} is a request. */
  private ParsedLine parseJson(String text) {
    JsonNode object;
    try {
      object = JSON.readTree(text);
    } catch (JacksonException e) {
      return new ParsedLine.Strange("it is no JSON object");
    }
    Map<String, String> facts = new HashMap<>();
    for (Map.Entry<String, JsonNode> entry : object.properties()) {
      JsonNode value = entry.getValue();
      if (value.isValueNode() && !value.isNull()) {
        facts.put(entry.getKey(), value.asString());
      }
    }
    String event = facts.getOrDefault(AccessLog.Keys.EVENT, AccessLog.DECISION);
    return LoggedRequest.of(number, event, facts);
  }

  private LogSummary summary(@Nullable String problem) {
    return new LogSummary(
        lines, requestLines, otherEvents, suppressed, strangeLines, firstStrange, problem);
  }

  /** What a line of a log is. */
  sealed interface ParsedLine permits LoggedRequest, ParsedLine.OtherEvent, ParsedLine.Strange {
    /** An event of Detour that is no request, such as the end of a tunnel. */
    record OtherEvent(int suppressed) implements ParsedLine {}

    /** None of Detour's. */
    record Strange(String reason) implements ParsedLine {}
  }
}
