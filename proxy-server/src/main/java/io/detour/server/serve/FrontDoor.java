package io.detour.server.serve;

import io.detour.config.ServerOptions;
import io.detour.core.Address;
import io.detour.core.HostPort;
import io.detour.core.Parsed;
import io.detour.server.accept.ClientEntrance;
import io.detour.server.accept.ClientLoop;
import io.detour.server.access.AllowedHosts;
import io.detour.server.log.AccessLog;
import io.detour.server.parse.http.HeadLimits;
import io.detour.server.parse.http.ViaField;
import io.detour.server.status.Refusal;
import io.netty.channel.Channel;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Where clients of the proxy come in and their requests go out: to tunnels and to plain HTTP. Any
 * thread may make it; the rest is called on the event loops of the clients.
 */
public final class FrontDoor implements ClientEntrance, Destinations {
  private static final int HTTP_PORT = 80;

  private final TunnelServices tunnels;
  private final AccessLog log;
  private final ClientServices clients;
  private final ExchangeServices exchanges;
  private final AllowedHosts hosts;
  private final BrowserAccess browsers;

  public FrontDoor(
      TunnelServices tunnels, ServerOptions options, ViaField pseudonym, BrowserAccess browsers) {
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
    ConnectClient asker =
        new ConnectClient(
            client.loop(), client.channel(), client.user(), client.via(), client.userAgent());
    Tunnel.start(tunnels, client.loop(), asker, asked);
  }

  /** A page of a foreign site may lead a browser here under that site's name (DNS rebinding). */
  @Override
  public CompletableFuture<AutoConfigFile> autoConfig(@Nullable String host) {
    return host != null
            && hosts.accepts(host)
            && HostPort.parse(host, HTTP_PORT) instanceof Parsed.Value(HostPort askedAs)
        ? browsers.file(askedAs)
        : CompletableFuture.completedFuture(AutoConfigFile.Missing.forHost());
  }

  /** Cuts the plain HTTP that is being served. Not on an event loop. */
  public void cut() {
    clients.cut();
  }

  @Override
  public PlainHttp plainHttp(ClientConnection client) {
    return new Exchanges(exchanges, client);
  }
}
