package io.detour.server.accept;

import io.detour.core.Address;
import io.netty.channel.Channel;
import io.netty.util.AttributeKey;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;

/**
 * Who a client is: what the PROXY protocol told, else the other end of its connection. An
 * IPv4-mapped address, as a dual-stack listener sees it, is given as the IPv4 address. Any thread.
 */
public final class ClientAddress {
  private static final AttributeKey<SocketAddress> TOLD =
      AttributeKey.valueOf(ClientAddress.class, "told");

  private ClientAddress() {}

  /**
   * The client's address, also when its connection is closed: an {@link InetSocketAddress}, or for
   * a UNIX socket one whose text is that of the listener.
   */
  public static SocketAddress of(Channel client) {
    SocketAddress told = client.attr(TOLD).get();
    return told != null ? told : client.remoteAddress();
  }

  /** The client's IP address, or null if it has none. */
  public static @Nullable Address ip(Channel client) {
    return of(client) instanceof InetSocketAddress socket && !socket.isUnresolved()
        ? Address.of(socket.getAddress())
        : null;
  }

  /** A new client of a listener. */
  static void accepted(Channel client, ListenAddress listener) {
    switch (listener) {
      case ListenAddress.Unix unix -> client.attr(TOLD).set(new UnixClient(unix.toString()));
      case ListenAddress.Inet _ -> {
        if (client.remoteAddress() instanceof InetSocketAddress remote
            && !(remote.getAddress() instanceof Inet4Address)
            && Address.of(remote.getAddress()).isIpv4()) {
          tell(client, remote);
        }
      }
    }
  }

  /** Takes what was told for the client's address. */
  static void tell(Channel client, InetSocketAddress address) {
    client.attr(TOLD).set(new InetSocketAddress(unmapped(address.getAddress()), address.getPort()));
  }

  /** The JDK makes an IPv4 address of the bytes of an IPv4-mapped one. */
  private static InetAddress unmapped(InetAddress address) {
    try {
      return Address.of(address).isIpv4()
          ? InetAddress.getByAddress(address.getAddress())
          : address;
    } catch (UnknownHostException e) {
      throw new IllegalStateException("4 or 16 bytes are an address", e);
    }
  }

  /** A process on the other end of a UNIX socket, which has no address. */
  private static final class UnixClient extends SocketAddress {
    private static final long serialVersionUID = 1;

    private final String listener;

    UnixClient(String listener) {
      this.listener = listener;
    }

    @Override
    public String toString() {
      return listener;
    }
  }
}
