package io.detour.server.accept;

import java.io.IOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** The file of a UNIX socket to listen on. Waits for the file system; not on an event loop. */
final class UnixSocketFile {
  /** connect(2) needs the permission to write: the owner and the group may. */
  private static final Set<PosixFilePermission> MODE = PosixFilePermissions.fromString("rw-rw----");

  /** {@code S_IFSOCK} in {@code st_mode}, and the bits of the kind (inode(7)). */
  private static final int SOCKET = 0140000;

  private static final int KIND = 0170000;

  private UnixSocketFile() {}

  /**
   * Deletes what a process left that is gone. Nothing else: neither a socket on which somebody
   * listens nor a file of another kind.
   *
   * @throws IOException if there is one of those; the message says so
   */
  static void clear(Path file) throws IOException {
    if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    int mode = (Integer) Files.getAttribute(file, "unix:mode", LinkOption.NOFOLLOW_LINKS);
    if ((mode & KIND) != SOCKET) {
      throw new IOException("the file is there and is no socket");
    }
    if (isListenedOn(file)) {
      throw new IOException("bind: Address already in use (EADDRINUSE): a process listens there");
    }
    Files.deleteIfExists(file);
  }

  private static boolean isListenedOn(Path file) throws IOException {
    try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      // A full backlog answers that this takes a while.
      probe.configureBlocking(false);
      probe.connect(UnixDomainSocketAddress.of(file));
      return true;
    } catch (ConnectException e) {
      return false;
    }
  }

  /** Lets the owner and the group of the file connect, whatever the umask of the process says. */
  static void open(Path file) throws IOException {
    Files.setPosixFilePermissions(file, MODE);
  }
}
