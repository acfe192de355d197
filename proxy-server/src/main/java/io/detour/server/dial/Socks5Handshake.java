package io.detour.server.dial;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.detour.core.HostPort;
import io.detour.server.dial.ParentConversation.Answer;
import io.detour.server.dial.ParentConversation.Granted;
import io.detour.server.dial.ParentConversation.Refused;
import io.detour.server.dial.ParentConversation.Request;
import io.detour.server.status.DialError;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.net.InetAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Asks a SOCKS 5 proxy for a connection (RFC 1928, with user name and password of RFC 1929): sends
 * each message when the one before it is answered, and ends with a {@link Answer}. A name is sent
 * as a name, for the proxy to resolve.
 *
 * <p>Netty's {@code Socks5ProxyHandler} is not used. It gives the reply only inside a message,
 * loses it when a proxy leaves out the rest of a failure, and sends passwords in ASCII.
 */
final class Socks5Handshake extends ByteToMessageDecoder {
  private static final int VERSION = 5;
  private static final int NO_CREDENTIALS = 0;
  private static final int USER_AND_PASSWORD = 2;
  private static final int NO_METHOD = 0xff;
  private static final int CREDENTIALS_VERSION = 1;
  private static final int CONNECT = 1;
  private static final int IPV4 = 1;
  private static final int NAME = 3;
  private static final int IPV6 = 4;
  private static final int IPV4_BYTES = 4;
  private static final int IPV6_BYTES = 16;
  private static final int PORT_BYTES = 2;

  /** Version, reply, reserved byte, and kind of the address. */
  private static final int REPLY_HEAD_BYTES = 4;

  private final Parent parent;
  private final Parent.@Nullable Credentials credentials;
  private final HostPort target;
  private Awaited awaited = Awaited.METHOD;

  /** What the parent has to send next. */
  private enum Awaited {
    METHOD,
    CREDENTIALS,
    REPLY,
    NOTHING
  }

  Socks5Handshake(Request request) {
    this.parent = request.parent();
    this.credentials = parent.credentials();
    this.target = request.target();
  }

  /** The first message: which ways to authenticate Detour offers. */
  ByteBuf greeting(ByteBufAllocator allocator) {
    ByteBuf greeting = allocator.buffer().writeByte(VERSION);
    return credentials == null
        ? greeting.writeByte(1).writeByte(NO_CREDENTIALS)
        : greeting.writeByte(2).writeByte(NO_CREDENTIALS).writeByte(USER_AND_PASSWORD);
  }

  @Override
  protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
    // Every message of the parent says in two bytes whether it goes on.
    if (awaited == Awaited.NOTHING || in.readableBytes() < 2) {
      return;
    }
    Answer answer =
        switch (awaited) {
          case METHOD -> method(context, in.readUnsignedByte(), in.readUnsignedByte());
          case CREDENTIALS -> credentials(context, in.skipBytes(1).readUnsignedByte());
          case REPLY -> reply(in);
          case NOTHING -> null;
        };
    if (answer != null) {
      awaited = Awaited.NOTHING;
      out.add(answer);
    }
  }

  private @Nullable Answer method(ChannelHandlerContext context, int version, int method) {
    if (version != VERSION) {
      return notSocks();
    }
    if (method == NO_CREDENTIALS) {
      send(context, request(context.alloc()), Awaited.REPLY);
      return null;
    }
    if (method == USER_AND_PASSWORD && credentials != null) {
      send(context, userAndPassword(context.alloc(), credentials), Awaited.CREDENTIALS);
      return null;
    }
    return method == NO_METHOD ? Refused.credentials(parent) : notSocks();
  }

  /** The version before the status is not looked at: proxies disagree on it. */
  private @Nullable Answer credentials(ChannelHandlerContext context, int status) {
    if (status != 0) {
      return Refused.credentials(parent);
    }
    send(context, request(context.alloc()), Awaited.REPLY);
    return null;
  }

  private void send(ChannelHandlerContext context, ByteBuf message, Awaited next) {
    awaited = next;
    context.writeAndFlush(message);
  }

  private static ByteBuf userAndPassword(
      ByteBufAllocator allocator, Parent.Credentials credentials) {
    byte[] user = credentials.user().getBytes(UTF_8);
    byte[] password = credentials.password().getBytes(UTF_8);
    return allocator
        .buffer()
        .writeByte(CREDENTIALS_VERSION)
        .writeByte(user.length)
        .writeBytes(user)
        .writeByte(password.length)
        .writeBytes(password);
  }

  private ByteBuf request(ByteBufAllocator allocator) {
    ByteBuf request = allocator.buffer().writeByte(VERSION).writeByte(CONNECT).writeByte(0);
    String host = target.host().name();
    if (target.host().isAddress()) {
      // An IPv4 address in the form of an IPv6 address is one of four bytes here.
      byte[] address = InetAddress.ofLiteral(host).getAddress();
      request.writeByte(address.length == IPV4_BYTES ? IPV4 : IPV6).writeBytes(address);
    } else {
      byte[] name = host.getBytes(US_ASCII);
      request.writeByte(NAME).writeByte(name.length).writeBytes(name);
    }
    return request.writeShort(target.port());
  }

  /** A failure is told by its first two bytes; behind a success stands an address to be skipped. */
  private static @Nullable Answer reply(ByteBuf in) {
    int start = in.readerIndex();
    int reply = in.getUnsignedByte(start + 1);
    if (in.getUnsignedByte(start) != VERSION || reply != 0) {
      boolean socks = in.getUnsignedByte(start) == VERSION;
      in.skipBytes(in.readableBytes());
      return socks ? refused(reply) : notSocks();
    }
    int length = replyBytes(in);
    if (in.readableBytes() < length) {
      return null;
    }
    in.skipBytes(length);
    return length == REPLY_HEAD_BYTES ? notSocks() : new Granted();
  }

  /** The length of the reply as far as it is known; that of the head alone if it makes no sense. */
  private static int replyBytes(ByteBuf in) {
    if (in.readableBytes() <= REPLY_HEAD_BYTES) {
      return REPLY_HEAD_BYTES + 1;
    }
    return switch (in.getUnsignedByte(in.readerIndex() + REPLY_HEAD_BYTES - 1)) {
      case IPV4 -> REPLY_HEAD_BYTES + IPV4_BYTES + PORT_BYTES;
      case IPV6 -> REPLY_HEAD_BYTES + IPV6_BYTES + PORT_BYTES;
      case NAME ->
          REPLY_HEAD_BYTES
              + 1
              + in.getUnsignedByte(in.readerIndex() + REPLY_HEAD_BYTES)
              + PORT_BYTES;
      default -> REPLY_HEAD_BYTES;
    };
  }

  /** The replies of RFC 1928 6. */
  private static Answer refused(int reply) {
    return switch (reply) {
      case 2 -> new Refused(DialError.DENIED, "the parent proxy does not allow the target");
      case 3, 4, 8 ->
          new Refused(
              DialError.DESTINATION_IP_UNROUTABLE, "the parent proxy cannot reach the target");
      case 5 ->
          new Refused(
              DialError.CONNECTION_REFUSED, "the target refused the parent proxy's connection");
      case 6 ->
          new Refused(
              DialError.CONNECTION_TIMEOUT, "the target did not answer the parent proxy in time");
      case 7 ->
          new Refused(
              DialError.PARENT_CONFIGURATION, "the parent proxy does not connect to targets");
      default ->
          new Refused(
              DialError.DESTINATION_UNAVAILABLE, "the parent proxy answered with code " + reply);
    };
  }

  private static Answer notSocks() {
    return new Refused(DialError.PARENT_CONFIGURATION, "the parent proxy does not speak SOCKS 5");
  }
}
