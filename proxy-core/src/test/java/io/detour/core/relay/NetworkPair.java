package io.detour.core.relay;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Two network namespaces of this test alone, joined by a pair of virtual Ethernet devices. The
 * namespace in which the test runs is not touched.
 */
final class NetworkPair implements AutoCloseable {
  static final String PEER_ADDRESS = "192.0.2.2";

  private static final int DEADLINE_SECONDS = 20;

  private final String name = "detour-" + UUID.randomUUID();
  private final String relay = name + "-relay";
  private final String peer = name + "-peer";

  NetworkPair() throws IOException {
    try {
      run("ip netns add " + relay);
      run("ip netns add " + peer);
      run("ip -n " + relay + " link add veth0 type veth peer name veth0 netns " + peer);
      up(relay, "192.0.2.1");
      up(peer, PEER_ADDRESS);
    } catch (IOException e) {
      close();
      throw e;
    }
  }

  private static void up(String namespace, String address) throws IOException {
    run("ip -n " + namespace + " address add " + address + "/24 dev veth0");
    run("ip -n " + namespace + " link set veth0 up");
    run("ip -n " + namespace + " link set lo up");
  }

  /** Why this machine lets nobody make namespaces with a firewall, or null if it does. */
  static @Nullable String refusal() {
    try (NetworkPair trial = new NetworkPair()) {
      trial.swallow();
      return null;
    } catch (IOException e) {
      return "no network namespaces: " + e.getMessage();
    }
  }

  /** The prefix of a command that is to run where the relay is. */
  List<String> inRelay() {
    return List.of("ip", "netns", "exec", relay);
  }

  /** The same where the peer is. */
  List<String> inPeer() {
    return List.of("ip", "netns", "exec", peer);
  }

  /** From now on nothing reaches the peer and nothing leaves it, and nobody is told. */
  void swallow() throws IOException {
    String nft = "ip netns exec " + peer + " nft ";
    run(nft + "add table inet hole");
    for (String hook : new String[] {"input", "output"}) {
      String rule = "{ type filter hook " + hook + " priority 0 ; policy drop ; }";
      run(nft + "add chain inet hole " + hook + " " + rule);
    }
  }

  /** Words are separated by one space each. */
  private static void run(String command) throws IOException {
    Process process = new ProcessBuilder(command.split(" ", -1)).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.onExit().orTimeout(DEADLINE_SECONDS, TimeUnit.SECONDS).join().exitValue() != 0) {
      throw new IOException(command + ": " + output.strip());
    }
  }

  /** Removes the namespaces and what is in them. */
  @Override
  public void close() {
    for (String namespace : new String[] {relay, peer}) {
      try {
        run("ip netns delete " + namespace);
      } catch (IOException e) {
        System.err.println(e.getMessage());
      }
    }
  }
}
