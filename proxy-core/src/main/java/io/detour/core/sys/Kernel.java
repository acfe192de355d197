package io.detour.core.sys;

/**
 * The system calls of the relay, on raw descriptors.
 *
 * <p>Return codes read: bytes moved (&gt; 0), 0 at end of stream (or for success where nothing
 * moves), or {@code -errno}. All descriptors are non-blocking. An instance belongs to one thread.
 */
public interface Kernel {
  /** {@code recv(2)}: up to {@code length} bytes into memory; 0 at end of stream. */
  int recv(int socket, long address, int length);

  /** {@code send(2)} without SIGPIPE: up to {@code length} bytes from memory. */
  int send(int socket, long address, int length);

  /** {@code read(2)}: up to {@code length} bytes out of a pipe into memory. */
  int read(int pipe, long address, int length);

  /**
   * {@code splice(2)} with SPLICE_F_MOVE and SPLICE_F_NONBLOCK; SPLICE_F_MORE is never set, since
   * it holds a last chunk back for 200 ms.
   */
  int splice(int from, int to, int length);

  /** {@code shutdown(2)} of the write side: sends FIN behind the bytes sent so far. */
  int shutdownWrite(int socket);

  /** Makes the next close send RST (SO_LINGER on, 0 s) instead of FIN. */
  int resetOnClose(int socket);

  /** Takes the pending error of a socket (SO_ERROR): 0 or {@code -errno}; the kernel forgets it. */
  int takeError(int socket);

  /** Bytes that the peer has not acknowledged yet, FIN included (SIOCOUTQ). */
  int unacknowledged(int socket);

  /**
   * Has the kernel find out whether the peer of a TCP socket is alive ({@code tcp(7)}:
   * SO_KEEPALIVE, TCP_KEEPIDLE, TCP_KEEPINTVL, TCP_USER_TIMEOUT): the socket fails with ETIMEDOUT
   * when it is not.
   *
   * @param idleSeconds how long nothing comes before the peer is probed
   * @param intervalSeconds between two probes
   * @param timeoutMillis how long bytes or probes may stay unacknowledged
   */
  int watchPeer(int socket, int idleSeconds, int intervalSeconds, int timeoutMillis);

  /**
   * {@code pipe2(2)}, closed on exec and non-blocking.
   *
   * @param ends receives the read end at 0 and the write end at 1
   */
  int pipe(int[] ends);

  /** Asks for a pipe's size (F_SETPIPE_SZ); the size that it has now in bytes. */
  int resizePipe(int pipe, int bytes);

  /** {@code close(2)} of a descriptor that this relay opened. */
  int close(int descriptor);
}
