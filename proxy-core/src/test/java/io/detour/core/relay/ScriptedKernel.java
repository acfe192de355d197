package io.detour.core.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.detour.core.sys.Errno;
import io.detour.core.sys.Kernel;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * A kernel that answers as told and fails the test on any other call. Sockets and pipes appear in
 * the script by number: 1 is the source, 2 the sink, 10 and 11 the ends of the first pipe.
 */
final class ScriptedKernel implements Kernel {
  private record Expected(String call, int answer) {}

  private final Deque<Expected> script = new ArrayDeque<>();
  private final List<Integer> closed = new ArrayList<>();
  private int nextDescriptor = 10;
  private int pipeAnswer;
  private int pipeBytes = Integer.MAX_VALUE;

  /** The next call of the script: {@code "recv 1"}, {@code "splice 1>11"}, {@code "shutdown 2"}. */
  ScriptedKernel expect(String call, int answer) {
    script.add(new Expected(call, answer));
    return this;
  }

  /** From now on no pipe can be opened. */
  void refusePipes(int errno) {
    pipeAnswer = -errno;
  }

  /** From now on pipes are not larger than this. */
  void limitPipes(int bytes) {
    pipeBytes = bytes;
  }

  /** The whole script was played. */
  void done() {
    assertThat(script).isEmpty();
  }

  List<Integer> closed() {
    return closed;
  }

  private int answer(String call) {
    Expected expected = script.poll();
    assertThat(expected).as("call %s that the script does not expect", call).isNotNull();
    assertThat(call).isEqualTo(expected.call());
    return expected.answer();
  }

  @Override
  public int recv(int socket, long address, int length) {
    return answer("recv " + socket);
  }

  @Override
  public int send(int socket, long address, int length) {
    return answer("send " + socket + " " + length);
  }

  @Override
  public int read(int pipe, long address, int length) {
    return answer("read " + pipe + " " + length);
  }

  @Override
  public int splice(int from, int to, int length) {
    return answer("splice " + from + ">" + to + (from >= 10 ? " " + length : ""));
  }

  @Override
  public int shutdownWrite(int socket) {
    return answer("shutdown " + socket);
  }

  @Override
  public int resetOnClose(int socket) {
    return answer("linger " + socket);
  }

  @Override
  public int takeError(int socket) {
    return answer("error " + socket);
  }

  @Override
  public int unacknowledged(int socket) {
    return answer("outq " + socket);
  }

  @Override
  public int watchPeer(int socket, int idleSeconds, int intervalSeconds, int timeoutMillis) {
    return 0;
  }

  @Override
  public int pipe(int[] ends) {
    if (pipeAnswer == 0) {
      ends[0] = nextDescriptor++;
      ends[1] = nextDescriptor++;
    }
    return pipeAnswer;
  }

  @Override
  public int resizePipe(int pipe, int bytes) {
    return pipeBytes < bytes ? pipeBytes : bytes;
  }

  @Override
  public int close(int descriptor) {
    assertThat(closed).as("closed twice").doesNotContain(descriptor);
    closed.add(descriptor);
    return closed.contains(descriptor) ? 0 : -Errno.EBADF;
  }
}
