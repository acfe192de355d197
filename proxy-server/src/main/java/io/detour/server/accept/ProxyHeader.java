package io.detour.server.accept;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.detour.server.accept.ListenerOptions.ProxyProtocol;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.util.NetUtil;
import io.netty.util.concurrent.Future;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What stands at the beginning of a connection that speaks the PROXY protocol (version 1 and 2 as
 * HAProxy's {@code doc/proxy-protocol.txt} has them). Read to the letter: a byte too many or too
 * few, a number with leading zeros or an unknown code is malformed.
 */
sealed interface ProxyHeader {
  /** More bytes are needed. */
  record Incomplete() implements ProxyHeader {}

  /** This is no header; the problem is one phrase without any part of the input. */
  record Malformed(String problem) implements ProxyHeader {}

  /**
   * A whole header.
   *
   * @param bytes its length
   * @param source the client's address, or null if it tells none: {@code UNKNOWN}, {@code LOCAL},
   *     or an address that is none of IP
   */
  record Complete(int bytes, @Nullable InetSocketAddress source) implements ProxyHeader {}

  /** Of version 1, with CR and LF. */
  int MAX_TEXT_BYTES = 107;

  /** Of version 2, with all its TLVs; the protocol would allow 65,551. */
  int MAX_BINARY_BYTES = 4096;

  /**
   * Reads a header.
   *
   * @param bytes what has come so far; the indices stay
   * @param expected not {@link ProxyProtocol#OFF}
   */
  static ProxyHeader read(ByteBuf bytes, ProxyProtocol expected) {
    if (!bytes.isReadable()) {
      return new Incomplete();
    }
    boolean binary =
        switch (expected) {
          case V1, OFF -> false;
          case V2 -> true;
          case AUTO -> bytes.getByte(bytes.readerIndex()) == Binary.SIGNATURE[0];
        };
    return binary ? Binary.read(bytes) : Text.read(bytes);
  }

  /** Version 1: {@code PROXY TCP4 192.0.2.1 198.51.100.1 56324 443}, CR, LF. */
  final class Text {
    private static final byte[] BEGIN = "PROXY ".getBytes(US_ASCII);
    private static final int WORDS = 6;
    private static final int MAX_PORT = 65535;

    private Text() {}

    static ProxyHeader read(ByteBuf bytes) {
      if (!beginsWith(bytes, BEGIN)) {
        return new Malformed("no PROXY header of version 1");
      }
      int start = bytes.readerIndex();
      int lf =
          bytes.indexOf(
              start, start + Math.min(bytes.readableBytes(), MAX_TEXT_BYTES), (byte) '\n');
      if (lf < 0) {
        return bytes.readableBytes() < MAX_TEXT_BYTES
            ? new Incomplete()
            : new Malformed("the PROXY line is longer than 107 bytes");
      }
      if (bytes.getByte(lf - 1) != '\r') {
        return new Malformed("the PROXY line does not end with CR LF");
      }
      String line = bytes.toString(start, lf - 1 - start, US_ASCII);
      int length = lf + 1 - start;
      if (line.equals("PROXY UNKNOWN") || line.startsWith("PROXY UNKNOWN ")) {
        return new Complete(length, null);
      }
      InetSocketAddress source = source(line.split(" ", -1));
      return source == null
          ? new Malformed("the PROXY line is not PROXY FAMILY ADDRESS ADDRESS PORT PORT")
          : new Complete(length, source);
    }

    private static @Nullable InetSocketAddress source(String[] words) {
      if (words.length != WORDS || !(words[1].equals("TCP4") || words[1].equals("TCP6"))) {
        return null;
      }
      boolean ipv4 = words[1].equals("TCP4");
      InetAddress source = address(words[2], ipv4);
      int port = port(words[4]);
      return source == null || address(words[3], ipv4) == null || port < 0 || port(words[5]) < 0
          ? null
          : new InetSocketAddress(source, port);
    }

    private static @Nullable InetAddress address(String text, boolean ipv4) {
      boolean valid =
          ipv4
              ? NetUtil.isValidIpV4Address(text) && !text.matches("(.*\\.)?0[0-9].*")
              : text.matches("[0-9a-fA-F:.]+") && NetUtil.isValidIpV6Address(text);
      return valid ? InetAddress.ofLiteral(text) : null;
    }

    private static int port(String text) {
      if (!text.matches("0|[1-9][0-9]{0,4}")) {
        return -1;
      }
      int port = Integer.parseInt(text);
      return port <= MAX_PORT ? port : -1;
    }
  }

  /** Version 2: a signature, four bytes that say what follows, addresses, TLVs. */
  final class Binary {
    private static final byte[] SIGNATURE = {
      '\r', '\n', '\r', '\n', 0, '\r', '\n', 'Q', 'U', 'I', 'T', '\n'
    };
    private static final int FIXED_BYTES = SIGNATURE.length + 4;
    private static final int LOCAL = 0x20;
    private static final int PROXY = 0x21;

    private Binary() {}

    static ProxyHeader read(ByteBuf bytes) {
      if (!beginsWith(bytes, SIGNATURE)) {
        return new Malformed("no PROXY header of version 2");
      }
      if (bytes.readableBytes() < FIXED_BYTES) {
        return new Incomplete();
      }
      int at = bytes.readerIndex() + SIGNATURE.length;
      int command = bytes.getUnsignedByte(at);
      int length = bytes.getUnsignedShort(at + 2);
      if (command != LOCAL && command != PROXY) {
        return new Malformed("unknown version or command of a PROXY header");
      }
      if (FIXED_BYTES + length > MAX_BINARY_BYTES) {
        return new Malformed("the PROXY header is longer than 4096 bytes");
      }
      int addressBytes = command == LOCAL ? 0 : addressBytes(bytes.getUnsignedByte(at + 1));
      if (addressBytes < 0 || addressBytes > length) {
        return new Malformed("the addresses of the PROXY header are of no known kind or cut");
      }
      if (bytes.readableBytes() < FIXED_BYTES + length) {
        return new Incomplete();
      }
      return new Complete(FIXED_BYTES + length, source(bytes, at + 4, addressBytes));
    }

    /** Two addresses and, for IP, two ports; -1 for what is no kind of a stream. */
    private static int addressBytes(int kind) {
      return switch (kind) {
        case 0x00 -> 0; // AF_UNSPEC
        case 0x11 -> 12; // IPv4, stream
        case 0x21 -> 36; // IPv6, stream
        case 0x31 -> 216; // UNIX, stream
        default -> -1;
      };
    }

    private static @Nullable InetSocketAddress source(ByteBuf bytes, int at, int addressBytes) {
      int one =
          switch (addressBytes) {
            case 12 -> 4;
            case 36 -> 16;
            default -> 0;
          };
      if (one == 0) {
        return null;
      }
      try {
        return new InetSocketAddress(
            InetAddress.getByAddress(ByteBufUtil.getBytes(bytes, at, one)),
            bytes.getUnsignedShort(at + 2 * one));
      } catch (UnknownHostException e) {
        throw new IllegalStateException("4 or 16 bytes are an address", e);
      }
    }
  }

  private static boolean beginsWith(ByteBuf bytes, byte[] begin) {
    int length = Math.min(begin.length, bytes.readableBytes());
    return ByteBufUtil.equals(bytes, bytes.readerIndex(), Unpooled.wrappedBuffer(begin), 0, length);
  }

  /**
   * Takes the PROXY header from the beginning of a connection and then leaves the pipeline; what
   * came behind it goes on to the next handler. A connection without a proper header, or with none
   * in time, is closed without a word: who is there is unknown. Belongs to the client's event loop.
   */
  final class ProxyHeaderReader extends ByteToMessageDecoder {
    private static final Logger logger = LoggerFactory.getLogger(ProxyHeaderReader.class);

    private final ProxyProtocol protocol;
    private final Duration timeout;
    private final ClientLoop loop;
    private final Runnable whenRead;
    private @Nullable Future<?> deadline;

    /**
     * @param timeout for the whole header
     * @param whenRead puts the next handlers behind this one; the client's address is known then
     */
    ProxyHeaderReader(
        ProxyProtocol protocol, Duration timeout, ClientLoop loop, Runnable whenRead) {
      this.protocol = protocol;
      this.timeout = timeout;
      this.loop = loop;
      this.whenRead = whenRead;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
      loop.waits(context.channel());
      deadline =
          context
              .executor()
              .schedule(
                  () -> refuse(context, "none in time"), timeout.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** It is not here that the client is waited for any more, but the next handler may wait. */
    private void stopWaiting(ChannelHandlerContext context) {
      if (deadline != null) {
        deadline.cancel(false);
        deadline = null;
        loop.waitsNoMore(context.channel());
      }
    }

    @Override
    protected void handlerRemoved0(ChannelHandlerContext context) {
      stopWaiting(context);
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf bytes, List<Object> out) {
      switch (ProxyHeader.read(bytes, protocol)) {
        case ProxyHeader.Incomplete _ -> {}
        case ProxyHeader.Malformed malformed -> {
          bytes.skipBytes(bytes.readableBytes());
          refuse(context, malformed.problem());
        }
        case ProxyHeader.Complete header -> {
          bytes.skipBytes(header.bytes());
          if (header.source() != null) {
            ClientAddress.tell(context.channel(), header.source());
          }
          stopWaiting(context);
          whenRead.run();
          context.pipeline().remove(this);
        }
      }
    }

    private static void refuse(ChannelHandlerContext context, String problem) {
      logger.debug("PROXY header from {}: {}", context.channel().remoteAddress(), problem);
      context.close();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) throws Exception {
      super.userEventTriggered(context, event);
      if (event instanceof ChannelInputShutdownEvent && !context.isRemoved()) {
        refuse(context, "cut");
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      context.close();
    }
  }
}
