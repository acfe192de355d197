package io.detour.server.log;

import static java.nio.charset.StandardCharsets.UTF_8;

import ch.qos.logback.classic.pattern.ThrowableProxyConverter;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.encoder.EncoderBase;
import ch.qos.logback.core.util.CachingDateFormatter;
import java.io.ByteArrayOutputStream;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.KeyValuePair;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonWriteFeature;

/**
 * Encodes each event as a JSON object on a line of its own (NDJSON), all in ASCII: {@code ts},
 * {@code level}, then {@code event} in the access log, {@code logger} and {@code message} in any
 * other, then the key-values. Numbers stay numbers.
 */
public final class JsonEvents extends EncoderBase<ILoggingEvent> {
  private static final byte[] NONE = {};
  private static final int DEFAULT_BYTES = 512;

  private final JsonFactory json =
      JsonFactory.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();
  private final CachingDateFormatter time =
      new CachingDateFormatter("yyyy-MM-dd'T'HH:mm:ss.SSSXXX");
  private final ThrowableProxyConverter stack = new ThrowableProxyConverter();

  @Override
  public void start() {
    stack.start();
    super.start();
  }

  @Override
  public byte[] headerBytes() {
    return NONE;
  }

  @Override
  public byte[] footerBytes() {
    return NONE;
  }

  @Override
  public byte[] encode(ILoggingEvent event) {
    ByteArrayOutputStream line = new ByteArrayOutputStream(DEFAULT_BYTES);
    try (JsonGenerator generator = json.createGenerator(ObjectWriteContext.empty(), line)) {
      generator.writeStartObject();
      generator.writeStringProperty(AccessLog.Keys.TS, time.format(event.getTimeStamp()));
      generator.writeStringProperty("level", event.getLevel().toString());
      if (event.getLoggerName().equals(AccessLog.LOGGER)) {
        generator.writeStringProperty(AccessLog.Keys.EVENT, event.getFormattedMessage());
      } else {
        generator.writeStringProperty("logger", event.getLoggerName());
        generator.writeStringProperty("message", whole(event.getFormattedMessage()));
      }
      @Nullable List<KeyValuePair> pairs = event.getKeyValuePairs();
      if (pairs != null) {
        pairs.forEach(pair -> write(generator, pair));
      }
      if (event.getThrowableProxy() != null) {
        generator.writeStringProperty("stack", whole(stack.convert(event)));
      }
      generator.writeEndObject();
    }
    line.write('\n');
    return line.toByteArray();
  }

  private static void write(JsonGenerator generator, KeyValuePair pair) {
    switch (pair.value) {
      case Integer number -> generator.writeNumberProperty(pair.key, number);
      case Long number -> generator.writeNumberProperty(pair.key, number);
      case Double number -> generator.writeNumberProperty(pair.key, number);
      case Boolean flag -> generator.writeBooleanProperty(pair.key, flag);
      case null, default ->
          generator.writeStringProperty(pair.key, whole(String.valueOf(pair.value)));
    }
  }

  /** Half of a surrogate pair is no character, and JSON readers may refuse it. */
  private static String whole(@Nullable String text) {
    return text == null ? "" : new String(text.getBytes(UTF_8), UTF_8);
  }
}
