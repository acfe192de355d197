package io.detour.core.relay;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * The descriptors that this process has open, as {@code /proc/self/fd} shows them.
 *
 * @param pipeEnds from each descriptor of a pipe to the kernel's name of the pipe
 * @param sockets how many sockets
 */
record Descriptors(Map<Integer, String> pipeEnds, int sockets) {
  private static final long FIONREAD = 0x541B;

  @SuppressWarnings("restricted") // ioctl(2) is called as declared.
  private static final MethodHandle IOCTL =
      Linker.nativeLinker()
          .downcallHandle(
              Linker.nativeLinker().defaultLookup().findOrThrow("ioctl"),
              FunctionDescriptor.of(
                  ValueLayout.JAVA_INT,
                  ValueLayout.JAVA_INT,
                  ValueLayout.JAVA_LONG,
                  ValueLayout.ADDRESS),
              Linker.Option.firstVariadicArg(2));

  static Descriptors open() {
    Map<Integer, String> pipes = new HashMap<>();
    int sockets = 0;
    try (DirectoryStream<Path> all = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
      for (Path link : all) {
        String target = target(link);
        if (target.startsWith("pipe:")) {
          pipes.put(Integer.valueOf(link.getFileName().toString()), target);
        } else if (target.startsWith("socket:")) {
          sockets++;
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new Descriptors(Map.copyOf(pipes), sockets);
  }

  /** What a descriptor stands for; empty when it was closed meanwhile. */
  private static String target(Path link) throws IOException {
    try {
      return Files.readSymbolicLink(link).toString();
    } catch (NoSuchFileException e) {
      return "";
    }
  }

  /** The ends of pipes that were not open then. */
  Map<Integer, String> pipeEndsSince(Descriptors before) {
    Map<Integer, String> since = new HashMap<>(pipeEnds);
    since.values().removeAll(before.pipeEnds.values());
    return since;
  }

  /** Bytes that wait in the pipe of a descriptor ({@code FIONREAD}). */
  static int bytesIn(int pipeEnd) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment bytes = arena.allocate(ValueLayout.JAVA_INT);
      int result = (int) IOCTL.invokeExact(pipeEnd, FIONREAD, bytes);
      if (result < 0) {
        throw new AssertionError("ioctl(" + pipeEnd + ", FIONREAD): " + result);
      }
      return bytes.get(ValueLayout.JAVA_INT, 0);
    } catch (Throwable e) {
      throw new AssertionError("FIONREAD of descriptor " + pipeEnd, e);
    }
  }
}
