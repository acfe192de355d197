package io.detour.ops.pipe;

import io.netty.channel.unix.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/**
 * The standard output of this process, whose failures carry the error number: {@code
 * Errors.NativeIoException}. The JDK's channel has only the system's message, which is in the
 * user's language. Needs Netty's native library. For one thread.
 */
public final class StandardOutput implements WritableByteChannel {
  private static final int DESCRIPTOR = 1;

  private final FileDescriptor descriptor = new FileDescriptor(DESCRIPTOR);
  private boolean open = true;

  /**
   * @param bytes a direct buffer
   * @return how many were taken; 0 if the descriptor is in non-blocking mode and takes none now
   */
  @Override
  public int write(ByteBuffer bytes) throws IOException {
    int taken = descriptor.write(bytes, bytes.position(), bytes.limit());
    bytes.position(bytes.position() + taken);
    return taken;
  }

  @Override
  public boolean isOpen() {
    return open;
  }

  /** Leaves {@code /dev/null} in its place, so that no other file gets its number. */
  @Override
  public void close() throws IOException {
    open = false;
    new FileOutputStream(java.io.FileDescriptor.out).close();
  }
}
