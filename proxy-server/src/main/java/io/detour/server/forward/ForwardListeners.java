package io.detour.server.forward;

import io.detour.server.dial.OwnAddresses;
import io.detour.server.listen.Listeners;
import io.detour.server.tunnel.TcpAsker;
import io.detour.server.tunnel.Tunnel;
import io.detour.server.tunnel.TunnelServices;
import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The plain TCP listeners of a server. Any thread but an event loop. */
public final class ForwardListeners {
  private final Listeners listeners;
  private final OwnAddresses own;
  private final TunnelServices services;
  private final Duration waiting;

  /**
   * @param listeners take the addresses and hand out the clients
   * @param own told each address
   * @param services for the tunnels
   * @param waiting the longest that a client of a rendezvous waits for another
   */
  public ForwardListeners(
      Listeners listeners, OwnAddresses own, TunnelServices services, Duration waiting) {
    this.listeners = listeners;
    this.own = own;
    this.services = services;
    this.waiting = waiting;
  }

  /**
   * Begins to listen; clients are accepted with those of the other listeners.
   *
   * @param forwards what is wanted
   * @param group the event loops of the listeners
   * @return the addresses with the ports that were chosen where 0 was asked for: one for a fixed
   *     target, two for a rendezvous, in the order of {@code forwards}
   * @throws IOException if an address cannot be listened on; the message names it and the cause
   */
  public List<InetSocketAddress> bind(List<Forward> forwards, EventLoopGroup group)
      throws IOException {
    List<InetSocketAddress> bound = new ArrayList<>();
    for (Forward forward : forwards) {
      switch (forward) {
        case Forward.Fixed fixed -> bound.addAll(bindFixed(fixed, group));
        case Forward.Rendezvous rendezvous -> bound.addAll(bindRendezvous(rendezvous, group));
      }
    }
    return bound;
  }

  private List<InetSocketAddress> bindFixed(Forward.Fixed fixed, EventLoopGroup group)
      throws IOException {
    return listeners.bind(
        List.of(fixed.listen()),
        group,
        own,
        (client, loop) -> Tunnel.start(services, loop, TcpAsker.of(client), fixed.target()));
  }

  /** All clients of a rendezvous are on one event loop, where those who wait need no lock. */
  private List<InetSocketAddress> bindRendezvous(
      Forward.Rendezvous rendezvous, EventLoopGroup group) throws IOException {
    EventLoopGroup loop = group.next();
    WaitingRoom room = new WaitingRoom(services, waiting);
    List<InetSocketAddress> bound = new ArrayList<>();
    bound.addAll(
        listeners.bind(
            List.of(rendezvous.first()), loop, own, room.entrance(WaitingRoom.Side.FIRST)));
    bound.addAll(
        listeners.bind(
            List.of(rendezvous.second()), loop, own, room.entrance(WaitingRoom.Side.SECOND)));
    return bound;
  }
}
