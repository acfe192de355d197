package io.detour;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.detour.config.Configuration;
import io.detour.config.ConfigurationKey;
import io.detour.config.Configurations;
import io.detour.config.ServerOptions;
import io.detour.server.accept.ListenAddress;
import io.detour.server.accept.ListenerOptions;
import io.detour.server.decide.FixedRules;
import io.detour.server.decide.ReloadResult;
import io.detour.server.decide.Reloader;
import io.detour.server.decide.RuleLoader.RuleSupply;
import io.detour.server.decide.RuleTexts;
import io.detour.server.dns.ScriptedDnsServer;
import io.detour.server.serve.ClientTimeouts;
import io.detour.server.serve.Forward;
import io.detour.server.serve.OpenTunnels;
import io.detour.server.transport.Transport;
import io.netty.util.NetUtil;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLConnection;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** A whole server on free loopback ports, with a DNS server to script and its access log. */
public final class RunningServer implements AutoCloseable {
  private static final int TIMEOUT_MILLIS = 10_000;
  private static final String NO_RULES = "version: 1\nrules: []\n";

  private final ScriptedDnsServer dns = ScriptedDnsServer.start();
  private final RecordedAccessLog log = RecordedAccessLog.attach();
  private final Detour server;

  private RunningServer(
      RuleSupply rules,
      Transport transport,
      InstantSource clock,
      UnaryOperator<Configuration> change)
      throws IOException {
    ListenAddress.Inet free = ListenAddress.Inet.parse("127.0.0.1:0");
    Configuration usual =
        Configurations.listening(Configurations.open(), List.of(free))
            .with(ConfigurationKey.ADMIN_LISTEN, free)
            .with(ConfigurationKey.RESOLVER_SERVERS, List.of(dns.address()));
    server = Detour.start(ServerOptions.of(change.apply(usual), rules), transport, clock);
  }

  /** Serves without rules. */
  public static RunningServer withoutRules() throws IOException {
    return start(NO_RULES);
  }

  /** Serves with a rule file of this text. */
  public static RunningServer start(String rules) throws IOException {
    return start(rules, options -> options);
  }

  /** Serves without rules, with options that differ from the usual ones. */
  static RunningServer with(UnaryOperator<Configuration> change) throws IOException {
    return start(NO_RULES, change);
  }

  /** Serves without rules, with other timeouts for clients. */
  static RunningServer with(ClientTimeouts timeouts) throws IOException {
    return with(
        options ->
            options
                .with(ConfigurationKey.TIMEOUT_HEAD, timeouts.head())
                .with(ConfigurationKey.TIMEOUT_HTTP_KEEP_ALIVE, timeouts.idle())
                .with(ConfigurationKey.TIMEOUT_BODY, timeouts.body())
                .with(ConfigurationKey.TIMEOUT_RESPONSE, timeouts.response())
                .with(ConfigurationKey.TIMEOUT_WRITE_STALL, timeouts.writeStall()));
  }

  /** Serves without rules on these addresses. */
  public static RunningServer listeningOn(List<? extends ListenAddress> addresses)
      throws IOException {
    return with(options -> Configurations.listening(options, addresses));
  }

  /** Serves without rules on one listener. */
  static RunningServer listeningOn(ListenerOptions listener) throws IOException {
    return with(options -> options.with(ConfigurationKey.LISTEN, List.of(listener)));
  }

  /** Serves with a rule file of this text, with options that differ from the usual ones. */
  public static RunningServer start(String rules, UnaryOperator<Configuration> change)
      throws IOException {
    return start(rules, Transport.available(), change);
  }

  /** The same on this transport. */
  static RunningServer start(String rules, Transport transport, UnaryOperator<Configuration> change)
      throws IOException {
    return new RunningServer(fixed(rules), transport, InstantSource.system(), change);
  }

  /** Serves with a rule file of this text at another time of day. */
  static RunningServer at(InstantSource clock, String rules) throws IOException {
    return new RunningServer(fixed(rules), Transport.available(), clock, options -> options);
  }

  /** Serves with rules that may change. */
  static RunningServer start(RuleSupply rules, UnaryOperator<Configuration> change)
      throws IOException {
    return new RunningServer(rules, Transport.available(), InstantSource.system(), change);
  }

  private static RuleSupply fixed(String rules) {
    return FixedRules.supply(RuleTexts.parsed(rules));
  }

  /** Answers the lookups of this server. */
  public ScriptedDnsServer dns() {
    return dns;
  }

  /** The lines of the access log since the start. */
  public RecordedAccessLog log() {
    return log;
  }

  /** Every TCP port where clients of the proxy are accepted. */
  public List<InetSocketAddress> addresses() {
    return server.listeners().stream()
        .map(ListenerOptions::address)
        .filter(ListenAddress.Inet.class::isInstance)
        .map(address -> ((ListenAddress.Inet) address).socketAddress())
        .toList();
  }

  /** Everything that clients of the proxy are accepted on. */
  List<ListenerOptions> listeners() {
    return server.listeners();
  }

  /** The first of them. */
  public InetSocketAddress address() {
    return addresses().getFirst();
  }

  /** The same as {@code 127.0.0.1:PORT}. */
  public String authority() {
    return NetUtil.toSocketAddressString(address());
  }

  /** The tunnels that are open. */
  OpenTunnels tunnels() {
    return server.tunnels();
  }

  /** Where the admin interface is. */
  InetSocketAddress adminAddress() {
    return server.adminAddress();
  }

  /** Where the admin interface is, as {@code 127.0.0.1:PORT}. */
  public String adminAuthority() {
    return NetUtil.toSocketAddressString(server.adminAddress());
  }

  /** Where plain TCP clients are accepted; a rendezvous counts for two. */
  InetSocketAddress forwardAddress(int index) {
    return server.forwards().stream()
        .flatMap(RunningServer::addresses)
        .map(ListenAddress.Inet::socketAddress)
        .toList()
        .get(index);
  }

  private static Stream<ListenAddress.Inet> addresses(Forward forward) {
    return switch (forward) {
      case Forward.Fixed fixed -> Stream.of(fixed.listen());
      case Forward.Rendezvous both -> Stream.of(both.first(), both.second());
    };
  }

  /** A client connected to a plain TCP listener. */
  RawClient forwardClient(int index) throws IOException {
    return RawClient.connect(forwardAddress(index));
  }

  /** Has the rules read again. */
  CompletableFuture<ReloadResult> reload(Reloader.Trigger trigger) {
    return server.reload(trigger);
  }

  /** Stops accepting, and waits for the clients as a stop does. */
  int drain(Duration timeout) throws InterruptedException {
    return server.drain(timeout);
  }

  /** How many clients are connected. */
  int clients() {
    return server.clients();
  }

  /** A client connected to it. */
  public RawClient client() throws IOException {
    return RawClient.connect(address());
  }

  /** A client connected to it from an address of this machine. */
  RawClient clientFrom(String address) throws IOException {
    return RawClient.connect(address(), address);
  }

  /** Asks for a tunnel; what the other end says until it ends, or the status if there is none. */
  String answer(String authority) throws IOException {
    return answer("127.0.0.1", authority);
  }

  /** The same from an address of this machine. */
  String answer(String client, String authority) throws IOException {
    try (RawClient asking = clientFrom(client)) {
      int status = asking.tunnel(authority).status();
      return status == 200 ? asking.rest() : String.valueOf(status);
    }
  }

  /** The metrics page as it is now. */
  String metrics() throws IOException {
    URLConnection page =
        URI.create("http://" + adminAuthority() + "/metrics").toURL().openConnection();
    page.setConnectTimeout(TIMEOUT_MILLIS);
    page.setReadTimeout(TIMEOUT_MILLIS);
    try (InputStream body = page.getInputStream()) {
      return new String(body.readAllBytes(), UTF_8);
    }
  }

  /**
   * The sum over the series of a metric that have all of these labels.
   *
   * @param labels as on the page: {@code kind="connect"}
   */
  public double metric(String name, String... labels) throws IOException {
    return metrics()
        .lines()
        .filter(line -> line.startsWith(name + '{') && Stream.of(labels).allMatch(line::contains))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
        .sum();
  }

  @Override
  public void close() {
    server.close();
    log.close();
    dns.close();
  }
}
