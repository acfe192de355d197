package io.detour.server.parse.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The input of a fuzz target: its first byte says how the others are split. */
final class Pieces {
  private final byte[] message;
  private final int one;
  private final int other;

  Pieces(byte[] input) {
    message = Arrays.copyOfRange(input, Math.min(1, input.length), input.length);
    one = input.length == 0 ? 1 : 1 + (input[0] & 15);
    other = input.length == 0 ? 1 : 1 + (input[0] >> 4 & 15);
  }

  /** The bytes to read, as Latin-1. */
  String text() {
    return new String(message, StandardCharsets.ISO_8859_1);
  }

  ByteBuf whole() {
    return Unpooled.wrappedBuffer(message);
  }

  /** Pieces of one length and another in turn. */
  List<ByteBuf> split() {
    List<ByteBuf> pieces = new ArrayList<>();
    for (int at = 0; at < message.length; ) {
      int length = Math.min(pieces.size() % 2 == 0 ? one : other, message.length - at);
      pieces.add(Unpooled.wrappedBuffer(message, at, length));
      at += length;
    }
    return pieces;
  }
}
