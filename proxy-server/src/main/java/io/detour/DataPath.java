package io.detour;

import io.detour.Shutdown.Step;
import io.detour.config.Configuration;
import io.detour.config.ConfigurationKey;
import io.detour.config.ServerOptions;
import io.detour.core.relay.RelayEngine;
import io.detour.core.relay.RelayMode;
import io.detour.ops.ledger.Ledger;
import io.detour.server.accept.Listeners;
import io.detour.server.access.AccessControl;
import io.detour.server.account.RequestCounters;
import io.detour.server.decide.Reloader;
import io.detour.server.decide.RulesInForce;
import io.detour.server.dial.DialOptions;
import io.detour.server.dial.Dialer;
import io.detour.server.dial.OwnAddresses;
import io.detour.server.dial.RouteDialer;
import io.detour.server.files.FileWatch;
import io.detour.server.files.WatchedFiles;
import io.detour.server.log.AccessLog;
import io.detour.server.parse.http.ViaField;
import io.detour.server.serve.Services;
import io.detour.server.transport.Transport;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The parts of a server that requests pass. Nothing listens yet.
 *
 * @param via names this process, or null if that is told to nobody
 * @param own addresses that are never dialled; those of the listeners are to be added
 */
record DataPath(
    @Nullable ViaField via,
    OwnAddresses own,
    EventLoopGroup group,
    RequestCounters counters,
    Listeners listeners,
    Reloader reloader,
    Dialer dialer,
    Ledger ledger,
    Services services) {
  /** How long the event loops may take to end, once nothing is left on them. */
  private static final int CLOSE_SECONDS = 5;

  static DataPath of(
      ServerOptions options, Transport transport, InstantSource clock, Shutdown shutdown)
      throws IOException {
    Configuration settings = options.settings();
    Ledger ledger = shutdown.add(Step.LEDGER, Ledger.open(settings.ledger(), clock), Ledger::close);
    ViaField via = settings.get(ConfigurationKey.VIA) ? ViaField.random() : null;
    OwnAddresses own = new OwnAddresses();
    EventLoopGroup group =
        shutdown.add(Step.EVENT_LOOPS, loops(settings, transport), DataPath::end);
    RequestCounters counters = new RequestCounters(settings.threads());
    Listeners listeners =
        new Listeners(
            transport,
            group,
            counters,
            own,
            settings.clientLimits(),
            settings.clientTimeouts().head());
    RulesInForce rules = new RulesInForce(options.rules().first());
    Reloader reloader = new Reloader(options.rules().loader(), rules, clock);
    shutdown.add(Step.RELOADER, reloader, Reloader::close);
    DialOptions dial = settings.dialOptions().withVia(via);
    Dialer dialer = shutdown.add(Step.DIALER, new Dialer(dial, transport, own), Dialer::close);
    RelayEngine engine = new RelayEngine(settings.relayOptions());
    shutdown.add(Step.TUNNELS, engine, RelayEngine::close);
    AccessControl access = AccessControl.start(settings.access());
    shutdown.add(Step.ACCESS, access, AccessControl::close);
    reloader.readWith(listeners.certificateFiles());
    WatchedFiles users = access.userFile();
    if (users != null) {
      reloader.readWith(users);
    }
    AccessLog log = new AccessLog(settings.log().usesPerMinute());
    shutdown.add(Step.ACCESS_LOG, log, AccessLog::finish);
    Services services =
        new Services(access, rules, new RouteDialer(dialer), engine, log, ledger, clock);
    return new DataPath(via, own, group, counters, listeners, reloader, dialer, ledger, services);
  }

  /** Who asks for splice alone, and not for the best that there is, must not get less. */
  static void requireSplice(Configuration settings, @Nullable String whyNoEpoll)
      throws IOException {
    boolean isSplicing = settings.get(ConfigurationKey.RELAY_MODE) == RelayMode.SPLICE;
    if (isSplicing && whyNoEpoll != null) {
      throw new IOException(
          "relay.mode: splice needs epoll, and there is none (relay.mode: auto does without): "
              + whyNoEpoll);
    }
    if (isSplicing && settings.get(ConfigurationKey.RELAY_PIPES) == 0) {
      throw new IOException("relay.mode: splice needs pipes (expected: relay.pipes: auto or 1..)");
    }
  }

  private static EventLoopGroup loops(Configuration settings, Transport transport) {
    int threads = settings.threads();
    return new MultiThreadIoEventLoopGroup(
        threads,
        new DefaultThreadFactory("loop"),
        transport
            .servingHandlers()
            .of(settings.get(ConfigurationKey.RELAY_BUSY_POLL), threads > 1));
  }

  private static void end(EventLoopGroup group) {
    var _ =
        group
            .shutdownGracefully(0, CLOSE_SECONDS, TimeUnit.SECONDS)
            .awaitUninterruptibly(CLOSE_SECONDS, TimeUnit.SECONDS);
  }

  /** The files that are read again when they change. */
  List<FileWatch> files() {
    WatchedFiles users = services.access().userFile();
    return Stream.of(
            reloader.files(),
            users == null ? null : users.watch(),
            listeners.certificateFiles().watch(),
            dialer.files())
        .filter(Objects::nonNull)
        .toList();
  }

  RulesInForce rules() {
    return services.rules();
  }
}
