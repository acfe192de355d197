package io.detour.core.sys;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/**
 * The real kernel, through {@code java.lang.foreign}.
 *
 * <p>Addresses go as plain longs, so that a call allocates nothing. {@code errno} is captured into
 * memory of this instance: one instance per event loop, never shared. None of the calls is marked
 * critical: a splice can move a megabyte, and a critical call holds up every safepoint.
 */
public final class LinuxKernel implements Kernel {
  private static final Linker LINKER = Linker.nativeLinker();
  private static final StructLayout CAPTURE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO =
      CAPTURE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

  private static final int MSG_DONTWAIT = 0x40;
  private static final int MSG_NOSIGNAL = 0x4000;
  private static final int SHUT_WR = 1;
  private static final int SOL_SOCKET = 1;
  private static final int SO_ERROR = 4;
  private static final int SO_KEEPALIVE = 9;
  private static final int SO_LINGER = 13;
  private static final int IPPROTO_TCP = 6;
  private static final int TCP_KEEPIDLE = 4;
  private static final int TCP_KEEPINTVL = 5;
  private static final int TCP_USER_TIMEOUT = 18;
  private static final int SIOCOUTQ = 0x5411;
  private static final int O_NONBLOCK = 0x800;
  private static final int O_CLOEXEC = 0x80000;
  private static final int F_SETPIPE_SZ = 1031;
  private static final int F_GETPIPE_SZ = 1032;
  private static final int SPLICE_FLAGS = 1 | 2; // SPLICE_F_MOVE | SPLICE_F_NONBLOCK

  /** ssize_t f(int, void *, size_t, int). */
  private static final FunctionDescriptor TRANSFER =
      FunctionDescriptor.of(JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT);

  private static final MethodHandle RECV = call("recv", TRANSFER);
  private static final MethodHandle SEND = call("send", TRANSFER);
  private static final MethodHandle READ =
      call("read", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG));
  private static final MethodHandle SPLICE =
      call(
          "splice",
          FunctionDescriptor.of(
              JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT));
  private static final MethodHandle SHUTDOWN =
      call("shutdown", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
  private static final MethodHandle SETSOCKOPT =
      call(
          "setsockopt",
          FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT));
  private static final MethodHandle GETSOCKOPT =
      call(
          "getsockopt",
          FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG));
  private static final MethodHandle PIPE2 =
      call("pipe2", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_INT));
  private static final MethodHandle CLOSE =
      call("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
  private static final MethodHandle IOCTL =
      call(
          "ioctl",
          FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG),
          Linker.Option.firstVariadicArg(2));
  private static final MethodHandle FCNTL =
      call(
          "fcntl",
          FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT),
          Linker.Option.firstVariadicArg(2));

  private final MemorySegment capture = Arena.ofAuto().allocate(CAPTURE);

  /** Room for two ints: a linger, a pipe's ends, or an option's value and size. */
  private final MemorySegment scratch = Arena.ofAuto().allocate(2 * JAVA_INT.byteSize());

  /** Finds out whether this system has the calls: does nothing, or throws. */
  public static void probe() {
    assert FCNTL != null;
  }

  @SuppressWarnings("restricted") // Naming C functions is what this class is for.
  private static MethodHandle call(
      String name, FunctionDescriptor descriptor, Linker.Option... more) {
    Linker.Option[] options = new Linker.Option[more.length + 1];
    options[0] = Linker.Option.captureCallState("errno");
    System.arraycopy(more, 0, options, 1, more.length);
    return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), descriptor, options);
  }

  @Override
  public int recv(int socket, long address, int length) {
    try {
      return result((long) RECV.invokeExact(capture, socket, address, (long) length, MSG_DONTWAIT));
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  @Override
  public int send(int socket, long address, int length) {
    try {
      int flags = MSG_DONTWAIT | MSG_NOSIGNAL;
      return result((long) SEND.invokeExact(capture, socket, address, (long) length, flags));
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  @Override
  public int read(int pipe, long address, int length) {
    try {
      return result((long) READ.invokeExact(capture, pipe, address, (long) length));
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  @Override
  public int splice(int from, int to, int length) {
    try {
      return result(
          (long) SPLICE.invokeExact(capture, from, 0L, to, 0L, (long) length, SPLICE_FLAGS));
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  @Override
  public int shutdownWrite(int socket) {
    try {
      return result((int) SHUTDOWN.invokeExact(capture, socket, SHUT_WR));
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  @Override
  public int resetOnClose(int socket) {
    scratch.setAtIndex(JAVA_INT, 0, 1);
    scratch.setAtIndex(JAVA_INT, 1, 0);
    return setOption(socket, SOL_SOCKET, SO_LINGER, 2 * Integer.BYTES);
  }

  @Override
  public int watchPeer(int socket, int idleSeconds, int intervalSeconds, int timeoutMillis) {
    int answer = setInt(socket, IPPROTO_TCP, TCP_USER_TIMEOUT, timeoutMillis);
    answer = answer < 0 ? answer : setInt(socket, IPPROTO_TCP, TCP_KEEPIDLE, idleSeconds);
    answer = answer < 0 ? answer : setInt(socket, IPPROTO_TCP, TCP_KEEPINTVL, intervalSeconds);
    return answer < 0 ? answer : setInt(socket, SOL_SOCKET, SO_KEEPALIVE, 1);
  }

  private int setInt(int socket, int level, int option, int value) {
    scratch.setAtIndex(JAVA_INT, 0, value);
    return setOption(socket, level, option, Integer.BYTES);
  }

  /** Sets a socket option to what {@link #scratch} begins with. */
  private int setOption(int socket, int level, int option, int bytes) {
    try {
      return result(
          (int) SETSOCKOPT.invokeExact(capture, socket, level, option, scratch.address(), bytes));
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  @Override
  public int takeError(int socket) {
    scratch.setAtIndex(JAVA_INT, 0, 0);
    scratch.setAtIndex(JAVA_INT, 1, 4);
    long value = scratch.address();
    long size = value + JAVA_INT.byteSize();
    try {
      int answer =
          result((int) GETSOCKOPT.invokeExact(capture, socket, SOL_SOCKET, SO_ERROR, value, size));
      return answer < 0 ? answer : -scratch.getAtIndex(JAVA_INT, 0);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  @Override
  public int unacknowledged(int socket) {
    scratch.setAtIndex(JAVA_INT, 0, 0);
    try {
      int answer =
          result((int) IOCTL.invokeExact(capture, socket, (long) SIOCOUTQ, scratch.address()));
      return answer < 0 ? answer : scratch.getAtIndex(JAVA_INT, 0);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  @Override
  public int pipe(int[] ends) {
    try {
      int answer =
          result((int) PIPE2.invokeExact(capture, scratch.address(), O_NONBLOCK | O_CLOEXEC));
      if (answer == 0) {
        ends[0] = scratch.getAtIndex(JAVA_INT, 0);
        ends[1] = scratch.getAtIndex(JAVA_INT, 1);
      }
      return answer;
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  @Override
  public int resizePipe(int pipe, int bytes) {
    try {
      int answer = result((int) FCNTL.invokeExact(capture, pipe, F_SETPIPE_SZ, bytes));
      return answer >= 0 ? answer : result((int) FCNTL.invokeExact(capture, pipe, F_GETPIPE_SZ, 0));
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  @Override
  public int close(int descriptor) {
    try {
      return result((int) CLOSE.invokeExact(capture, descriptor));
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** An answer, or {@code -errno} for -1. Lengths are bounded, so an int is enough. */
  private int result(long answer) {
    return answer >= 0 ? (int) answer : -(int) ERRNO.get(capture, 0L);
  }

  private static AssertionError unexpected(Throwable e) {
    return new AssertionError("a downcall threw", e);
  }
}
