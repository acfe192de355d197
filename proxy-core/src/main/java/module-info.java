import org.jspecify.annotations.NullMarked;

/**
 * Takes two connected Netty channels and passes the bytes, with a correct close. {@link
 * io.detour.core.relay.RelayEngine} is the way in.
 *
 * <p>On Linux it makes system calls through {@code java.lang.foreign}: a JVM that runs this module
 * needs {@code --enable-native-access=io.detour.core}.
 */
@NullMarked
module io.detour.core {
  requires io.netty.buffer;
  requires transitive io.netty.common;
  requires io.netty.handler;
  requires transitive io.netty.transport;
  requires transitive io.netty.transport.classes.epoll;
  requires transitive io.netty.transport.unix.common;
  requires jdk.net;
  requires static transitive org.jspecify;
  requires org.slf4j;

  exports io.detour.core;
  exports io.detour.core.relay;
  exports io.detour.core.tcp;
}
