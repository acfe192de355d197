package io.detour.core.relay;

import io.detour.core.sys.Errno;
import io.detour.core.sys.Kernel;
import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoOps;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoEvent;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A kernel of two sockets and any number of pipes that runs without time or threads, and the event
 * loop's handler that delivers its edge-triggered events. Which spurious events come and in which
 * order is up to a seed.
 */
final class SimulatedKernel implements Kernel, IoHandler {
  private static final int SLOTS = 16;
  private static final int PAGE = 4096;

  private final Random random;
  private final Map<Integer, SimulatedSocket> sockets = new HashMap<>();
  private final Map<Integer, ArrayDeque<byte[]>> pipes = new HashMap<>();
  private final Map<Integer, Registration> registrations = new HashMap<>();
  private final Set<Integer> openDescriptors = new HashSet<>();
  private int nextDescriptor = 100;

  SimulatedKernel(Random random) {
    this.random = random;
  }

  void add(int descriptor, SimulatedSocket socket) {
    sockets.put(descriptor, socket);
  }

  int registrations() {
    return registrations.size();
  }

  Set<Integer> openPipeEnds() {
    return openDescriptors;
  }

  private SimulatedSocket socket(int descriptor) {
    SimulatedSocket socket = known(sockets, descriptor);
    if (socket.isClosed()) {
      throw new AssertionError("a call on descriptor " + descriptor + ", which is closed");
    }
    return socket;
  }

  private static <T> T known(Map<Integer, T> open, int descriptor) {
    T found = open.get(descriptor);
    if (found == null) {
      throw new AssertionError("a call on descriptor " + descriptor + ", which does not exist");
    }
    return found;
  }

  @SuppressWarnings("restricted")
  private static MemorySegment memory(long address, int length) {
    return MemorySegment.ofAddress(address).reinterpret(length);
  }

  @Override
  public int recv(int descriptor, long address, int length) {
    SimulatedSocket socket = socket(descriptor);
    int moved = 0;
    while (moved < length) {
      byte @Nullable [] bytes = socket.take(length - moved);
      if (bytes == null) {
        break;
      }
      MemorySegment.copy(
          bytes, 0, memory(address, length), ValueLayout.JAVA_BYTE, moved, bytes.length);
      moved += bytes.length;
    }
    return moved > 0 ? moved : socket.nothingArrived();
  }

  @Override
  public int send(int descriptor, long address, int length) {
    SimulatedSocket socket = socket(descriptor);
    int room = socket.room();
    if (room < 0) {
      return room;
    }
    int moved = Math.min(room, length);
    socket.put(memory(address, moved).toArray(ValueLayout.JAVA_BYTE));
    return moved;
  }

  @Override
  public int read(int pipe, long address, int length) {
    throw new AssertionError("no splice is refused here");
  }

  @Override
  public int splice(int from, int to, int length) {
    return pipes.containsKey(to) ? fill(known(pipes, to), from, length) : empty(from, to, length);
  }

  /** A segment takes a slot for each page that it touches, so a pipe can be full of few bytes. */
  private int fill(ArrayDeque<byte[]> pipe, int from, int length) {
    SimulatedSocket socket = socket(from);
    int moved = 0;
    while (pipe.size() < SLOTS && moved < length) {
      byte @Nullable [] bytes = socket.take(Math.min(PAGE, length - moved));
      if (bytes == null) {
        break;
      }
      pipe.add(bytes);
      moved += bytes.length;
    }
    if (moved > 0) {
      return moved;
    }
    return pipe.size() == SLOTS ? -Errno.EAGAIN : socket.nothingArrived();
  }

  private int empty(int from, int to, int length) {
    // The two ends of a pipe have neighbouring numbers; its bytes are kept by the write end.
    ArrayDeque<byte[]> pipe = known(pipes, from + 1);
    SimulatedSocket socket = socket(to);
    int room = socket.room();
    if (room < 0) {
      return room;
    }
    int moved = 0;
    while (moved < Math.min(room, length) && !pipe.isEmpty()) {
      byte[] first = pipe.poll();
      int taken = Math.min(first.length, Math.min(room, length) - moved);
      socket.put(Arrays.copyOf(first, taken));
      if (taken < first.length) {
        pipe.addFirst(Arrays.copyOfRange(first, taken, first.length));
      }
      moved += taken;
    }
    return moved == 0 ? -Errno.EAGAIN : moved;
  }

  @Override
  public int shutdownWrite(int descriptor) {
    return socket(descriptor).shutdownWrite();
  }

  @Override
  public int resetOnClose(int descriptor) {
    return socket(descriptor).resetOnClose();
  }

  @Override
  public int takeError(int descriptor) {
    return socket(descriptor).takeError();
  }

  @Override
  public int unacknowledged(int descriptor) {
    return socket(descriptor).unacknowledged();
  }

  @Override
  public int watchPeer(int socket, int idleSeconds, int intervalSeconds, int timeoutMillis) {
    return 0;
  }

  @Override
  public int pipe(int[] ends) {
    if (random.nextInt(20) == 0) {
      return -24; // EMFILE
    }
    ends[0] = nextDescriptor++;
    ends[1] = nextDescriptor++;
    pipes.put(ends[1], new ArrayDeque<>());
    openDescriptors.addAll(List.of(ends[0], ends[1]));
    return 0;
  }

  @Override
  public int resizePipe(int pipe, int bytes) {
    return bytes;
  }

  @Override
  public int close(int descriptor) {
    if (!openDescriptors.remove(descriptor)) {
      throw new AssertionError("descriptor " + descriptor + " is not open");
    }
    return 0;
  }

  // The event loop's side.

  private final class Registration implements IoRegistration {
    private final EpollIoHandle handle;

    Registration(EpollIoHandle handle) {
      this.handle = handle;
    }

    @Override
    @SuppressWarnings("TypeParameterUnusedInFormals") // so declared by the interface
    public <T> T attachment() {
      throw new UnsupportedOperationException();
    }

    @Override
    public long submit(IoOps operations) {
      known(sockets, handle.fd().intValue()).spuriousEdge();
      return ((EpollIoOps) operations).value();
    }

    @Override
    public boolean isValid() {
      return registrations.containsValue(this);
    }

    @Override
    public boolean cancel() {
      return registrations.remove(handle.fd().intValue(), this);
    }
  }

  @Override
  public IoRegistration register(IoHandle handle) {
    Registration registration = new Registration((EpollIoHandle) handle);
    registrations.put(registration.handle.fd().intValue(), registration);
    return registration;
  }

  /** Delivers one event for each socket to which something has happened. */
  @Override
  public int run(IoHandlerContext context) {
    List<Integer> order = new ArrayList<>(sockets.keySet());
    if (random.nextBoolean()) {
      Collections.reverse(order);
    }
    int handled = 0;
    for (int descriptor : order) {
      SimulatedSocket socket = known(sockets, descriptor);
      Registration registration = registrations.get(descriptor);
      boolean spurious = random.nextInt(50) == 0;
      if (registration != null && (socket.takeEdge() || spurious)) {
        EpollIoOps bits = EpollIoOps.valueOf(socket.ready());
        EpollIoEvent event = () -> bits;
        registration.handle.handle(registration, event);
        handled++;
      }
    }
    return handled;
  }

  @Override
  public void prepareToDestroy() {}

  @Override
  public void destroy() {}

  @Override
  public void wakeup() {}

  @Override
  public boolean isCompatible(Class<? extends IoHandle> type) {
    return EpollIoHandle.class.isAssignableFrom(type);
  }
}
