package io.detour.core.sys;

/**
 * The error numbers that the relay tells apart: Linux, {@code asm-generic/errno.h}, equal on x86-64
 * and AArch64.
 */
public final class Errno {
  /** Nothing to read, or no room to write, now. */
  public static final int EAGAIN = 11;

  /** Interrupted by a signal. */
  public static final int EINTR = 4;

  /** Not an open descriptor. */
  public static final int EBADF = 9;

  /** Not supported for this kind of descriptor. */
  public static final int EINVAL = 22;

  /** The other side takes no more bytes, or a reset that followed its end of stream. */
  public static final int EPIPE = 32;

  /** The kernel lacks the call, or a sandbox forbids it. */
  public static final int ENOSYS = 38;

  /** The peer reset the connection. */
  public static final int ECONNRESET = 104;

  /** The peer stopped acknowledging. */
  public static final int ETIMEDOUT = 110;

  private Errno() {}

  /** A name for logs, the number for those without one here. */
  public static String name(int errno) {
    return switch (errno) {
      case EAGAIN -> "EAGAIN";
      case EINTR -> "EINTR";
      case EBADF -> "EBADF";
      case EINVAL -> "EINVAL";
      case EPIPE -> "EPIPE";
      case ENOSYS -> "ENOSYS";
      case ECONNRESET -> "ECONNRESET";
      case ETIMEDOUT -> "ETIMEDOUT";
      default -> "errno " + errno;
    };
  }
}
