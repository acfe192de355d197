package io.detour.server.parse.http;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Collects the bytes of a head, or of a trailer section, and reads each once. A head that lies in
 * one buffer is copied once, in bulk: from then on its bytes are those of an array and not calls to
 * a buffer.
 *
 * <p>At most {@link HeadLimits#headBytes} are held, in an array that grows with what has come and
 * that is never more than twice as large, and nothing between two heads. The owner's thread.
 */
final class HeadScanner {
  /** Room for the usual head. What follows it in the buffer is copied in vain. */
  private static final int FIRST_PIECE_BYTES = 1024;

  private static final int MIN_ARRAY_BYTES = 64;
  private static final byte[] NOTHING = {};

  private final int maxBytes;
  private final MessageKind kind;
  private final @Nullable StartLine<?> startLine;
  private final FieldSection fields;

  private byte[] held = NOTHING;
  private int length;
  private int scanned;
  private @Nullable MalformedMessage problem;

  /** A trailer section has no start line. */
  HeadScanner(HeadLimits limits, MessageKind kind, @Nullable StartLine<?> startLine) {
    this.maxBytes = limits.headBytes();
    this.kind = kind;
    this.startLine = startLine;
    this.fields = new FieldSection(limits.fields(), kind);
  }

  /**
   * Takes bytes, but none behind the blank line.
   *
   * @return whether the head is whole: if not, more has to come or there is a {@link #problem}
   */
  boolean scan(ByteBuf in) {
    while (problem == null && in.isReadable()) {
      take(in);
      scanTaken();
      if (fields.ended()) {
        in.readerIndex(in.readerIndex() - (length - scanned));
        return true;
      }
      if (problem == null && length == maxBytes) {
        problem = kind.tooLarge("the head is larger than " + maxBytes + " bytes (limits.head)");
      }
    }
    return false;
  }

  private void take(ByteBuf in) {
    int piece = Math.max(FIRST_PIECE_BYTES, length);
    int taken = Math.min(Math.min(in.readableBytes(), piece), maxBytes - length);
    int needed = length + taken;
    if (needed > held.length) {
      int roomy = Math.max(needed, Math.max(2 * held.length, MIN_ARRAY_BYTES));
      held = Arrays.copyOf(held, Math.min(roomy, maxBytes));
    }
    in.readBytes(held, length, taken);
    length = needed;
  }

  private void scanTaken() {
    if (startLine != null && !startLine.ended()) {
      scanned = startLine.scan(held, scanned, length);
      problem = startLine.problem();
      if (problem != null) {
        return;
      }
    }
    if (startLine == null || startLine.ended()) {
      scanned = fields.scan(held, scanned, length);
      problem = fields.problem();
    }
  }

  /** Why this is no head, or null. */
  @Nullable MalformedMessage problem() {
    return problem;
  }

  /** Whether a byte has been taken since the last head. */
  boolean begun() {
    return length > 0;
  }

  /** Bytes of memory for what has come. */
  int heldBytes() {
    return held.length;
  }

  /** The bytes of a whole head, valid until {@link #reset}. */
  byte[] bytes() {
    return held;
  }

  /** The fields of a whole head. */
  FieldLines fields() {
    return fields.lines(held);
  }

  /** Makes it ready for another head and holds nothing. */
  void reset() {
    held = NOTHING;
    length = 0;
    scanned = 0;
    problem = null;
    fields.reset();
    if (startLine != null) {
      startLine.reset();
    }
  }
}
