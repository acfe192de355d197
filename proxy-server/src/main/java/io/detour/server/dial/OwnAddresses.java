package io.detour.server.dial;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Where this process listens, so that it never dials itself (RFC 9110 7.6). Any thread; a listener
 * is to be added before it accepts.
 */
public final class OwnAddresses {
  private static final InetAddress LOOPBACK_4 = InetAddress.ofLiteral("127.0.0.1");
  private static final InetAddress LOOPBACK_6 = InetAddress.ofLiteral("::1");

  private final List<InetSocketAddress> listeners = new CopyOnWriteArrayList<>();

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

  private static boolean reaches(InetAddress dialled, InetAddress listening) {
    // connect(2) takes the unspecified address for the loopback address.
    InetAddress reached =
        !dialled.isAnyLocalAddress()
            ? dialled
            : dialled instanceof Inet4Address ? LOOPBACK_4 : LOOPBACK_6;
    return listening.isAnyLocalAddress() ? isOnThisMachine(reached) : listening.equals(reached);
  }

  /** Asks the kernel each time: addresses come and go. All of 127.0.0.0/8 is this machine. */
  private static boolean isOnThisMachine(InetAddress address) {
    try {
      return address.isLoopbackAddress() || NetworkInterface.getByInetAddress(address) != null;
    } catch (SocketException e) {
      return true;
    }
  }
}
