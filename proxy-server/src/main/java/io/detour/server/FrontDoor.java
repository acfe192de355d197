package io.detour.server;

import io.detour.core.Address;
import io.detour.core.HostPort;
import io.detour.server.admin.AllowedHosts;
import io.detour.server.connect.AutoConfigFile;
import io.detour.server.connect.ClientConnection;
import io.detour.server.connect.ClientServices;
import io.detour.server.connect.ClientTimeouts;
import io.detour.server.connect.Destinations;
import io.detour.server.connect.PlainHttp;
import io.detour.server.connect.Pseudonym;
import io.detour.server.connect.ShedClient;
import io.detour.server.exchange.ExchangeServices;
import io.detour.server.exchange.Exchanges;
import io.detour.server.exchange.ForwardedHeads;
import io.detour.server.http.HeadLimits;
import io.detour.server.listen.ClientEntrance;
import io.detour.server.listen.ClientLoop;
import io.detour.server.observe.AccessLog;
import io.detour.server.status.Refusal;
import io.detour.server.tunnel.ConnectAsker;
import io.detour.server.tunnel.Tunnel;
import io.detour.server.tunnel.TunnelServices;
import io.netty.channel.Channel;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Where clients of the proxy come in and their requests go out: to tunnels and to plain HTTP. Any
 * thread may make it; the rest is called on the event loops of the clients.
 */
final class FrontDoor implements ClientEntrance, Destinations {
  private static final int HTTP_PORT = 80;

  private final TunnelServices tunnels;
  private final AccessLog log;
  private final ClientServices clients;
  private final ExchangeServices exchanges;
  private final AllowedHosts hosts;
  private final BrowserAccess browsers;

  FrontDoor(
      TunnelServices tunnels, ServerOptions options, Pseudonym pseudonym, BrowserAccess browsers) {
    this.hosts = new AllowedHosts(options.admin().hosts());
    this.browsers = browsers;
    this.tunnels = tunnels;
    this.log = tunnels.passages().log();
    ClientTimeouts timeouts = options.timeouts();
    HeadLimits limits = options.limits().heads();
    exchanges =
        new ExchangeServices(tunnels.passages(), new ForwardedHeads(pseudonym), limits, timeouts);
    clients =
        new ClientServices(tunnels.passages().access(), limits, timeouts, pseudonym, log, this);
  }

  @Override
  public @Nullable Refusal objection(@Nullable Address client) {
    return tunnels.passages().access().options().refusal(client);
  }

  @Override
  public void admit(Channel client, ClientLoop loop) {
    client.pipeline().addLast(new ClientConnection(clients, loop, client));
  }

  @Override
  public void refuse(Channel client, ClientLoop loop, Refusal refusal) {
    ShedClient.refuse(loop, log, client, refusal);
  }

  @Override
  public void tunnel(ClientConnection client, HostPort asked) {
    ConnectAsker asker =
        new ConnectAsker(
            client.loop(), client.channel(), client.user(), client.via(), client.userAgent());
    Tunnel.start(tunnels, client.loop(), asker, asked);
  }

  /** A page of a foreign site may lead a browser here under that site's name (DNS rebinding). */
  @Override
  public CompletableFuture<AutoConfigFile> autoConfig(@Nullable String host) {
    return host != null
            && hosts.accepts(host)
            && HostPort.parse(host, HTTP_PORT) instanceof HostPort askedAs
        ? browsers.file(askedAs)
        : CompletableFuture.completedFuture(AutoConfigFile.Missing.forHost());
  }

  /** Cuts the plain HTTP that is being served. Not on an event loop. */
  void cut() {
    clients.cut();
  }

  @Override
  public PlainHttp plainHttp(ClientConnection client) {
    return new Exchanges(exchanges, client);
  }
}
