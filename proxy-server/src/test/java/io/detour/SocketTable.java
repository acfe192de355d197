package io.detour;

import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** What the kernel tells about sockets in {@code /proc}. */
public final class SocketTable {
  /** A server's socket may be an IPv6 one whose clients have mapped IPv4 addresses. */
  private static final List<Path> TABLES =
      List.of(Path.of("/proc/net/tcp"), Path.of("/proc/net/tcp6"));

  /** {@code TCP_LISTEN} of tcp_states.h. */
  private static final String LISTEN = "0A";

  /** {@code TCP_SYN_SENT} of tcp_states.h. */
  private static final String SYN_SENT = "02";

  private SocketTable() {}

  /** Whether the socket on one local port has read all that its peer on another port has sent. */
  static boolean hasReadAll(int localPort, int remotePort) {
    return TABLES.stream()
        .flatMap(table -> lines(table).stream())
        .map(line -> line.trim().split(" +"))
        .anyMatch(
            columns ->
                columns[1].endsWith(hex(localPort))
                    && columns[2].endsWith(hex(remotePort))
                    && columns[4].endsWith(":00000000"));
  }

  /** How many bytes wait in the sockets on a local port for somebody to read them. */
  static long unreadBytes(int localPort) {
    return TABLES.stream()
        .flatMap(table -> lines(table).stream())
        .map(line -> line.trim().split(" +"))
        .filter(columns -> columns[1].endsWith(hex(localPort)) && !columns[3].equals(LISTEN))
        .mapToLong(columns -> Long.parseLong(columns[4].split(":", -1)[1], 16))
        .sum();
  }

  /** How many connections to a port wait for the answer to their SYN. */
  public static long connecting(int remotePort) {
    return TABLES.stream()
        .flatMap(table -> lines(table).stream())
        .map(line -> line.trim().split(" +"))
        .filter(columns -> columns[2].endsWith(hex(remotePort)) && columns[3].equals(SYN_SENT))
        .count();
  }

  /** How many sockets listen on a port. */
  static long listening(int port) {
    return TABLES.stream()
        .flatMap(table -> lines(table).stream())
        .map(line -> line.trim().split(" +"))
        .filter(columns -> columns[1].endsWith(hex(port)) && columns[3].equals(LISTEN))
        .count();
  }

  /** How many descriptors this process has open. */
  static long openDescriptors() {
    try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
      return open.count();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Skips the test, with the reason, on a machine without IPv6. */
  public static void assumeIpv6() {
    assumeFalse(
        lines(Path.of("/proc/net/if_inet6")).isEmpty(), "this machine has no IPv6; skipped");
  }

  private static List<String> lines(Path table) {
    try {
      return Files.exists(table) ? Files.readAllLines(table) : List.of();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String hex(int port) {
    return String.format(Locale.ROOT, ":%04X", port);
  }
}
