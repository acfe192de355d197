package io.detour.core.sys;

/** The Linux error numbers that the relay tells apart, equal on x86-64 and AArch64. */
public final class Errno {
  public static final int EPERM = 1; // forbidden, often by a sandbox
  public static final int EINTR = 4; // interrupted by a signal before anything moved
  public static final int EBADF = 9; // not an open descriptor
  public static final int EAGAIN = 11; // nothing to read, or no room to write, now
  public static final int EINVAL = 22; // not supported for this kind of descriptor
  public static final int EPIPE = 32; // the peer takes no more, or was reset after its end
  public static final int ENOSYS = 38; // the kernel lacks the call, or a sandbox forbids it
  public static final int ENETDOWN = 100; // the network is down
  public static final int ENETUNREACH = 101; // there is no route any more
  public static final int ENETRESET = 102; // the network dropped the connection
  public static final int ECONNABORTED = 103; // aborted on this machine
  public static final int ECONNRESET = 104; // the peer reset the connection
  public static final int ETIMEDOUT = 110; // the peer stopped acknowledging
  public static final int EHOSTDOWN = 112; // the peer's machine is down
  public static final int EHOSTUNREACH = 113; // there is no way to the peer's machine any more

  private Errno() {}

  /** Whether an error of splice means "not by splice": the kernel or a sandbox lacks it here. */
  public static boolean isRefusal(int errno) {
    return switch (errno) {
      case EPERM, EBADF, EINVAL, ENOSYS -> true;
      default -> false;
    };
  }

  /** Whether an error of a socket means that its peer, or the way to it, is gone. */
  public static boolean isLossOfPeer(int errno) {
    return switch (errno) {
      case EPIPE, ENETDOWN, ENETUNREACH, ENETRESET, ECONNABORTED, ECONNRESET -> true;
      case ETIMEDOUT, EHOSTDOWN, EHOSTUNREACH -> true;
      default -> false;
    };
  }
}
