package io.detour.server.accept;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Whether the descriptors that this process may have are enough for the clients that it is to serve
 * at once. A tunnel has two sockets, and while it is dialled others for DNS: a quarter of them may
 * have one more. A quarter of all descriptors is left to pipes.
 *
 * @param limit how many it may have, {@code RLIMIT_NOFILE}
 * @param used how many are open or will be, apart from clients
 */
public record DescriptorBudget(long limit, long used) {
  private static final Logger logger = LoggerFactory.getLogger(DescriptorBudget.class);

  /** Fewer clients at once are no service. */
  static final int FEWEST_TUNNELS = 8;

  private static final int FEWEST_REFUSALS = 16;
  private static final int TUNNELS_PER_REFUSAL = 8;
  private static final int TUNNELS_PER_DNS_SOCKET = 4;

  /** For listeners, files, and certificates that are watched. */
  private static final int RESERVE = 32;

  /** Two names can always be looked up at once, for both address families. */
  private static final int FEWEST_DNS_SOCKETS = 4;

  /** {@code epoll(7)}, a timer, what wakes it, and DNS. */
  static final int PER_LOOP = 3 + FEWEST_DNS_SOCKETS;

  /**
   * Lowers limits to what fits, and says so.
   *
   * @param proc the proc file system, {@code /proc}; if it cannot be read, everything fits
   * @param loops how many event loops will be made
   * @param others how many connections there may be beside clients: to the admin interface
   * @throws IOException if even a few clients do not fit; the message says what to set
   */
  public static ClientLimits fit(Path proc, ClientLimits wanted, int loops, int others)
      throws IOException {
    DescriptorBudget budget;
    try (Stream<Path> open = Files.list(proc.resolve("self/fd"))) {
      long used = open.count() + RESERVE + others + PER_LOOP * (long) loops;
      budget = new DescriptorBudget(limit(proc), used);
    } catch (IOException | NumberFormatException e) {
      logger.debug("the limit of descriptors is unknown", e);
      return wanted.isAutomatic() ? wanted.withTunnels(ClientLimits.MOST_AUTOMATIC) : wanted;
    }
    return budget.fit(wanted);
  }

  private static long limit(Path proc) throws IOException {
    String name = "Max open files";
    for (String line : Files.readAllLines(proc.resolve("self/limits"))) {
      if (line.startsWith(name)) {
        String soft = line.substring(name.length()).strip().split("\\s+", 2)[0];
        return soft.equals("unlimited") ? Integer.MAX_VALUE : Long.parseLong(soft);
      }
    }
    throw new IOException("no line " + name);
  }

  ClientLimits fit(ClientLimits limits) throws IOException {
    int wanted = most(limits);
    long fitting = tunnels();
    if (fitting >= wanted) {
      return limits.withTunnels(wanted);
    }
    if (fitting < Math.min(FEWEST_TUNNELS, wanted)) {
      throw new IOException(
          "limits.tunnels: %d do not fit into %d descriptors, and not even %d do (expected:"
                  .formatted(wanted, limit, FEWEST_TUNNELS)
              + " LimitNOFILE=%d in the unit, or ulimit -n)".formatted(needed(wanted)));
    }
    logger
        .atLevel(limits.isAutomatic() ? Level.INFO : Level.WARN)
        .log(
            "limits.tunnels is lowered from {} to {}, which is what fits into {} descriptors; set"
                + " LimitNOFILE={} in the unit, or ulimit -n",
            wanted,
            fitting,
            limit,
            needed(wanted));
    return limits.withTunnels((int) fitting);
  }

  /** The most tunnels whose descriptors fit beside pipes and what is used. */
  private long tunnels() {
    long left = limit - limit / 4 - used - FEWEST_REFUSALS;
    return left
        * TUNNELS_PER_REFUSAL
        / (2 * TUNNELS_PER_REFUSAL + 1 + TUNNELS_PER_REFUSAL / TUNNELS_PER_DNS_SOCKET);
  }

  /** The limit with which so many tunnels fit. */
  private long needed(long tunnels) {
    long others = tunnels / TUNNELS_PER_REFUSAL + tunnels / TUNNELS_PER_DNS_SOCKET + 2;
    long descriptors = 2 * tunnels + others + FEWEST_REFUSALS + used;
    return (descriptors * 4 + 2) / 3;
  }

  private static int most(ClientLimits limits) {
    return limits.isAutomatic() ? ClientLimits.MOST_AUTOMATIC : limits.tunnels();
  }

  /** How many sockets each of the event loops may have open for DNS at once. */
  public static int dnsSockets(ClientLimits limits, int loops) {
    return FEWEST_DNS_SOCKETS + most(limits) / TUNNELS_PER_DNS_SOCKET / loops;
  }

  /** How many clients may be told at once that there is no slot for them. */
  static int refusals(int tunnels) {
    return Math.max(FEWEST_REFUSALS, tunnels / TUNNELS_PER_REFUSAL);
  }
}
