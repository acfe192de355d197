package io.detour.server.dial;

import io.detour.core.Address;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where this process listens, so that it never dials itself (RFC 9110 7.6), and which addresses
 * this machine has. Any thread; a listener is to be added before it accepts.
 */
public final class OwnAddresses {
  private static final InetAddress LOOPBACK_4 = InetAddress.ofLiteral("127.0.0.1");
  private static final InetAddress LOOPBACK_6 = InetAddress.ofLiteral("::1");

  private static final Logger logger = LoggerFactory.getLogger(OwnAddresses.class);

  private final List<InetSocketAddress> listeners = new CopyOnWriteArrayList<>();
  private volatile Set<Address> machine = Set.of();

  public OwnAddresses() {
    refresh();
  }

  /** Asks the kernel again, since addresses come and go. Not for an event loop. */
  public void refresh() {
    try {
      machine =
          NetworkInterface.networkInterfaces()
              .flatMap(NetworkInterface::inetAddresses)
              .map(Address::of)
              .collect(Collectors.toUnmodifiableSet());
    } catch (SocketException e) {
      logger.debug("the addresses of this machine cannot be had, those from before stay", e);
    }
  }

  /** Whether an address leads to an interface of this machine. All of 127.0.0.0/8 does. */
  public boolean isOnThisMachine(InetAddress address) {
    return address.isLoopbackAddress() || machine.contains(Address.of(address).reached());
  }

  /**
   * Adds a listener by the address it is bound to, with its real port; a wildcard address stands
   * for every address of this machine, of both families.
   */
  public void add(InetSocketAddress listener) {
    listeners.add(listener);
  }

  /** Forgets a listener that was closed. */
  public void remove(InetSocketAddress listener) {
    listeners.remove(listener);
  }

  /** Whether a connection to an address would end at one of the listeners. */
  public boolean contains(InetSocketAddress remote) {
    for (InetSocketAddress listener : listeners) {
      if (listener.getPort() == remote.getPort()
          && reaches(remote.getAddress(), listener.getAddress())) {
        return true;
      }
    }
    return false;
  }

  private boolean reaches(InetAddress dialled, InetAddress listening) {
    // connect(2) takes the unspecified address for the loopback address.
    InetAddress reached =
        !dialled.isAnyLocalAddress()
            ? dialled
            : dialled instanceof Inet4Address ? LOOPBACK_4 : LOOPBACK_6;
    return listening.isAnyLocalAddress() ? isOnThisMachine(reached) : listening.equals(reached);
  }
}
