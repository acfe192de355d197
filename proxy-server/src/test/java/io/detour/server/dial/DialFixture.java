package io.detour.server.dial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import io.detour.config.Configuration;
import io.detour.config.ConfigurationKey;
import io.detour.config.Configurations;
import io.detour.core.Host;
import io.detour.core.HostPort;
import io.detour.rules.Hop;
import io.detour.server.dns.ScriptedDnsServer;
import io.detour.server.dns.SystemFiles;
import io.detour.server.transport.Transport;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.socket.DuplexChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** A real event loop to dial on, real sockets to dial, and a DNS server to ask. */
public final class DialFixture {
  static final Duration DEADLINE = Duration.ofSeconds(20);

  final ScriptedDnsServer dns = ScriptedDnsServer.start();
  final OwnAddresses own = new OwnAddresses();
  public final Configuration options =
      Configurations.open().with(ConfigurationKey.RESOLVER_SERVERS, List.of(dns.address()));
  public final EventLoop loop;
  private final Transport transport;
  private final EventLoopGroup group;
  private final List<AutoCloseable> opened = new CopyOnWriteArrayList<>();

  private final List<Channel> upstreams = new CopyOnWriteArrayList<>();

  /** A dial under way and its result. */
  record Running(Dial handle, CompletableFuture<DialResult> result) {}

  /** On epoll. */
  public DialFixture() {
    this(Transport.epoll());
  }

  DialFixture(Transport transport) {
    this.transport = transport;
    group = new MultiThreadIoEventLoopGroup(1, transport.ioHandlers());
    loop = group.next();
  }

  Dialer dialer() {
    return dialer(options);
  }

  /** A dialer that is closed with the fixture. */
  public Dialer dialer(Configuration with) {
    return dialer(with.dialOptions());
  }

  Dialer dialer(DialOptions with) {
    return keep(new Dialer(with, transport, own));
  }

  /** A dialer for which the system's files are others. */
  Dialer dialer(Configuration with, SystemFiles files) {
    return dialer(with, files, System::nanoTime);
  }

  /** The same with another clock. */
  Dialer dialer(Configuration with, SystemFiles files, LongSupplier nanoTime) {
    return keep(new Dialer(with.dialOptions(), transport, own, files, nanoTime));
  }

  /** Starts a dial; the callback may be called once only. */
  Running start(Dialer dialer, HostPort target) {
    return start(dialer, target, null, channel -> {});
  }

  /**
   * Starts a dial.
   *
   * @param via the parent, or null for none
   * @param receiver gets the connection within the callback
   */
  Running start(
      Dialer dialer, HostPort target, @Nullable String via, Consumer<DuplexChannel> receiver) {
    return start(dialer, new Hop(0, target, via, Set.of()), receiver);
  }

  /** Starts a dial to a hop. */
  Running start(Dialer dialer, Hop hop, Consumer<DuplexChannel> receiver) {
    CompletableFuture<DialResult> result = new CompletableFuture<>();
    Dial handle =
        onLoop(
            () ->
                dialer.dial(
                    hop,
                    null,
                    loop,
                    told -> {
                      assertThat(loop.inEventLoop()).isTrue();
                      if (told instanceof DialResult.Connected connected) {
                        upstreams.add(connected.upstream());
                        receiver.accept(connected.upstream());
                      }
                      assertThat(result.complete(told)).as("told once").isTrue();
                    }));
    return new Running(handle, result);
  }

  /** Dials and waits for the result. */
  DialResult dial(Dialer dialer, HostPort target) {
    return await(start(dialer, target).result());
  }

  /** Dials a hop and waits for the result. */
  DialResult dial(Dialer dialer, Hop hop) {
    return await(start(dialer, hop, channel -> {}).result());
  }

  /** Dials through a parent and waits for the result. */
  public DialResult dial(Dialer dialer, HostPort target, String via) {
    return await(start(dialer, target, via, channel -> {}).result());
  }

  /** Starts a dial through a parent. */
  Running start(Parent parent, HostPort target) {
    return start(via(options, parent), target, "parent", channel -> {});
  }

  /** Dials through a parent and waits for the result. */
  DialResult dial(Parent parent, HostPort target) {
    return dial(via(options, parent), target, "parent");
  }

  /** The same with this connect timeout. */
  DialResult dial(Parent parent, HostPort target, Duration timeout) {
    return dial(
        via(options.with(ConfigurationKey.TIMEOUT_CONNECT, timeout), parent), target, "parent");
  }

  private Dialer via(Configuration with, Parent parent) {
    return dialer(with.with(ConfigurationKey.PARENTS, Map.of("parent", parent)));
  }

  /** Dials through a parent; everything that comes from the target until its end. */
  String everythingFrom(Parent parent, HostPort target) {
    Transcript transcript = new Transcript();
    connected(await(start(via(options, parent), target, "parent", transcript::takeOver).result()));
    return await(transcript.text());
  }

  static DialResult.Connected connected(DialResult result) {
    return assertThat(result).asInstanceOf(type(DialResult.Connected.class)).actual();
  }

  static DialResult.Failed failed(DialResult result) {
    return assertThat(result).asInstanceOf(type(DialResult.Failed.class)).actual();
  }

  /** Runs on the event loop and waits for the outcome. */
  public <T> T onLoop(Callable<T> call) {
    CompletableFuture<T> outcome = new CompletableFuture<>();
    loop.execute(
        () -> {
          try {
            outcome.complete(call.call());
          } catch (Throwable e) {
            outcome.completeExceptionally(e);
          }
        });
    return await(outcome);
  }

  /** The same for what has no outcome. */
  public void runOnLoop(Runnable task) {
    boolean ran =
        onLoop(
            () -> {
              task.run();
              return true;
            });
    assertThat(ran).isTrue();
  }

  /** Waits, for the deadline at most. */
  public static <T> T await(CompletableFuture<T> future) {
    try {
      return future.get(DEADLINE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw new AssertionError(e.getCause());
    } catch (TimeoutException e) {
      throw new AssertionError("nothing within " + DEADLINE, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /** A listener that is never accepted from; the kernel still completes connections. */
  ServerSocket listen(String address) throws IOException {
    return keep(new ServerSocket(0, 50, InetAddress.ofLiteral(address)));
  }

  /** A port of an address on which nothing listens. */
  static int closedPort(String address) throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.ofLiteral(address))) {
      return socket.getLocalPort();
    }
  }

  /** A port that answers no SYN. Skips the test where the kernel drops none. */
  int deafPort() throws IOException {
    return keep(DeafListener.start()).port();
  }

  /** A port of an address answers no SYN. Skips the test where the kernel drops none. */
  void deafen(String address, int port) throws IOException {
    keep(DeafListener.start(address, port));
  }

  <T extends AutoCloseable> T keep(T resource) {
    opened.add(resource);
    return resource;
  }

  static HostPort target(String host, int port) {
    return new HostPort(host(host), port);
  }

  static Host host(String name) {
    return Host.parse(name).orElseThrow();
  }

  /** Closes every connection that was handed out. */
  void closeUpstreams() {
    upstreams.forEach(upstream -> upstream.close().syncUninterruptibly());
  }

  /** Waits until the event loop has handled what was due. */
  void drainLoop() {
    for (int i = 0; i < 3; i++) {
      runOnLoop(() -> {});
    }
  }

  /** To be called after each test. */
  public void close() throws Exception {
    closeUpstreams();
    for (AutoCloseable resource : opened.reversed()) {
      resource.close();
    }
    group.shutdownGracefully(0, 0, TimeUnit.SECONDS).syncUninterruptibly();
    dns.close();
  }
}
