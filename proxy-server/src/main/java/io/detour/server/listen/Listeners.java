package io.detour.server.listen;

import io.detour.server.dial.OwnAddresses;
import io.detour.server.observe.RequestCounters;
import io.detour.server.transport.Transport;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.EventExecutor;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/**
 * Accepts clients on one or more addresses and hands them to the event loops in turn, so that a few
 * busy clients do not meet on one loop.
 *
 * <p>All addresses are listened on or none, and no client is accepted before all are. May be used
 * by any thread but an event loop.
 */
public final class Listeners {
  private final Transport transport;
  private final EventLoopGroup group;
  private final Map<EventLoop, ClientLoop> clients = new HashMap<>();
  private final List<Channel> open = new ArrayList<>();
  private volatile boolean accepting = true;

  /**
   * @param transport makes the listeners
   * @param group event loops of that transport, for the clients
   * @param counters one for each event loop of the group
   */
  public Listeners(Transport transport, EventLoopGroup group, RequestCounters counters) {
    this.transport = transport;
    this.group = group;
    int index = 0;
    for (EventExecutor executor : group) {
      clients.put((EventLoop) executor, new ClientLoop(counters.loop(index)));
      index++;
    }
  }

  /**
   * Begins to listen. Clients wait until {@link #accept}.
   *
   * @param listener where and how
   * @param loops get the new clients in turn: the whole group of the constructor, or one of its
   *     event loops
   * @param own told the address
   * @param onClient told each new client and its event loop, on that loop
   * @return the same with the port that was chosen where 0 was asked for
   * @throws IOException if the address cannot be listened on; the message names it and the cause.
   *     No address of any call is listened on then
   */
  public ListenerOptions bind(
      ListenerOptions listener,
      EventLoopGroup loops,
      OwnAddresses own,
      BiConsumer<Channel, ClientLoop> onClient)
      throws IOException {
    ServerBootstrap bootstrap =
        new ServerBootstrap()
            .group(group, loops)
            .channelFactory(transport.serverSockets())
            .option(ChannelOption.SO_BACKLOG, listener.backlog())
            .option(ChannelOption.AUTO_READ, false)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
            .childHandler(new NewClient(onClient));
    return switch (listener.address()) {
      case ListenAddress.Inet tcp -> {
        InetSocketAddress bound = bind(bootstrap, tcp);
        own.add(bound);
        yield listener.withAddress(ListenAddress.Inet.of(bound));
      }
      case ListenAddress.Unix unix -> throw new IOException("cannot listen on " + unix);
    };
  }

  private InetSocketAddress bind(ServerBootstrap bootstrap, ListenAddress.Inet address)
      throws IOException {
    ChannelFuture bound = bootstrap.bind(address.socketAddress()).awaitUninterruptibly();
    if (!bound.isSuccess()) {
      stopAccepting();
      throw new IOException(
          "cannot listen on " + address + ": " + bound.cause().getMessage(), bound.cause());
    }
    open.add(bound.channel());
    return (InetSocketAddress) bound.channel().localAddress();
  }

  /** Begins to accept, on all addresses at once. */
  public void accept() {
    open.forEach(channel -> channel.config().setAutoRead(true));
  }

  private final class NewClient extends ChannelInitializer<Channel> {
    private final BiConsumer<Channel, ClientLoop> onClient;

    NewClient(BiConsumer<Channel, ClientLoop> onClient) {
      this.onClient = onClient;
    }

    @Override
    protected void initChannel(Channel client) {
      ClientLoop loop = clients.get(client.eventLoop());
      if (!accepting || loop == null) {
        client.close();
        return;
      }
      loop.accepted(client);
      onClient.accept(client, loop);
    }
  }

  /** Stops listening at once, and closes the clients that have not asked for anything yet. */
  public void stopAccepting() {
    accepting = false;
    open.forEach(channel -> channel.close().awaitUninterruptibly());
    clients.forEach((loop, waiting) -> loop.execute(waiting::closeWaiting));
  }

  /** How many clients are connected. */
  public int clients() {
    return clients.values().stream().mapToInt(ClientLoop::open).sum();
  }
}
