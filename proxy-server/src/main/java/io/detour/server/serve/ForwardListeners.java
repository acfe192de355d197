package io.detour.server.serve;

import io.detour.core.Address;
import io.detour.server.accept.ClientAddress;
import io.detour.server.accept.ClientEntrance;
import io.detour.server.accept.ClientLoop;
import io.detour.server.accept.ListenAddress;
import io.detour.server.accept.ListenerOptions;
import io.detour.server.accept.Listeners;
import io.detour.server.accept.ResetOnClose;
import io.detour.server.account.RequestKind;
import io.detour.server.status.Refusal;
import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** The plain TCP listeners of a server. Any thread but an event loop. */
public final class ForwardListeners {
  private final Listeners listeners;
  private final Services services;
  private final Duration waiting;

  /**
   * @param waiting the longest that a client of a rendezvous waits for another
   */
  public ForwardListeners(Listeners listeners, Services services, Duration waiting) {
    this.listeners = listeners;
    this.services = services;
    this.waiting = waiting;
  }

  /**
   * Begins to listen; clients are accepted with those of the other listeners.
   *
   * @return the same, with the ports that were chosen where 0 was asked for
   * @throws IOException if an address cannot be listened on; the message names it and the cause
   */
  public List<Forward> bind(List<Forward> forwards, EventLoopGroup group) throws IOException {
    List<Forward> bound = new ArrayList<>();
    for (Forward forward : forwards) {
      bound.add(
          switch (forward) {
            case Forward.Fixed fixed -> bindFixed(fixed, group);
            case Forward.Rendezvous rendezvous -> bindRendezvous(rendezvous, group);
          });
    }
    return bound;
  }

  private Forward bindFixed(Forward.Fixed fixed, EventLoopGroup group) throws IOException {
    ListenAddress.Inet bound =
        bind(
            fixed.listen(),
            group,
            (client, loop) -> Tunnel.start(services, loop, Client.Tcp.of(client), fixed.target()));
    return new Forward.Fixed(bound, fixed.target());
  }

  /** All clients of a rendezvous are on one event loop, where those who wait need no lock. */
  private Forward bindRendezvous(Forward.Rendezvous rendezvous, EventLoopGroup group)
      throws IOException {
    EventLoopGroup loop = group.next();
    WaitingRoom room = new WaitingRoom(services, waiting);
    return new Forward.Rendezvous(
        bind(rendezvous.first(), loop, room.entrance(WaitingRoom.Side.FIRST)),
        bind(rendezvous.second(), loop, room.entrance(WaitingRoom.Side.SECOND)));
  }

  private ListenAddress.Inet bind(
      ListenAddress.Inet address, EventLoopGroup loops, BiConsumer<Channel, ClientLoop> onClient)
      throws IOException {
    ListenerOptions listener = ListenerOptions.of(address);
    return (ListenAddress.Inet) listeners.bind(listener, loops, entrance(onClient)).address();
  }

  /**
   * Nobody is told why it is not admitted or why there is no slot: the connection is reset, so that
   * it is no empty answer.
   */
  private ClientEntrance entrance(BiConsumer<Channel, ClientLoop> onClient) {
    return new ClientEntrance() {
      @Override
      public @Nullable Refusal objection(@Nullable Address client) {
        return services.objection(client);
      }

      @Override
      public void admit(Channel client, ClientLoop loop) {
        onClient.accept(client, loop);
      }

      @Override
      public void refuse(Channel client, ClientLoop loop, Refusal refusal) {
        loop.counters().refused(RequestKind.TCP, refusal);
        services.log().turnedAway(RequestKind.TCP, ClientAddress.of(client), refusal);
        ResetOnClose.set(client);
        client.close();
      }
    };
  }
}
