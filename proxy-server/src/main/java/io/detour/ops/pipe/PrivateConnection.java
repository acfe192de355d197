package io.detour.ops.pipe;

import io.detour.core.relay.EarlyBytes;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * A UNIX-domain connection of this process with itself, since a relay needs a socket. Its name is
 * in a directory that only this user can enter, and is deleted once both ends are connected.
 *
 * @param outside the end for threads that block
 * @param inside the end for the relay: on an event loop, reads no more by itself
 */
record PrivateConnection(SocketChannel outside, Channel inside) {
  private static final String OWNER_ONLY = "rwx------";

  /**
   * Connects, with a name in a new directory in a parent. Waits; not on an event loop.
   *
   * @throws IOException if there can be no such connection, as when the path is longer than the 107
   *     bytes of unix(7); the message names the parent and the cause
   */
  static PrivateConnection open(EventLoopGroup group, Path parent) throws IOException {
    try {
      return openIn(group, parent);
    } catch (IOException e) {
      throw new IOException("cannot make a private connection in " + parent + ": " + cause(e), e);
    }
  }

  /** The message of some of these exceptions is nothing but a path. */
  private static String cause(IOException failure) {
    return switch (failure) {
      case NoSuchFileException _ -> "there is no such directory";
      case AccessDeniedException _ -> "access is denied";
      case FileSystemException other when other.getReason() != null -> other.getReason();
      default -> String.valueOf(failure.getMessage());
    };
  }

  private static PrivateConnection openIn(EventLoopGroup group, Path parent) throws IOException {
    Path folder =
        Files.createTempDirectory(
            parent,
            "detour-pipe",
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(OWNER_ONLY)));
    Path name = folder.resolve("s");
    // For a signal that comes before the names are deleted; what is registered last goes first.
    folder.toFile().deleteOnExit();
    name.toFile().deleteOnExit();
    try (ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      listener.bind(UnixDomainSocketAddress.of(name), 1);
      Channel inside = connect(group, name);
      return new PrivateConnection(listener.accept(), inside);
    } finally {
      Files.deleteIfExists(name);
      Files.deleteIfExists(folder);
    }
  }

  private static Channel connect(EventLoopGroup group, Path name) throws IOException {
    ChannelFuture connected =
        new Bootstrap()
            .group(group)
            .channel(EpollDomainSocketChannel.class)
            .option(ChannelOption.AUTO_READ, false)
            .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
            .handler(new EarlyBytes())
            .connect(new DomainSocketAddress(name.toFile()))
            .awaitUninterruptibly();
    if (!connected.isSuccess()) {
      throw new IOException("connect " + name, connected.cause());
    }
    return connected.channel();
  }
}
