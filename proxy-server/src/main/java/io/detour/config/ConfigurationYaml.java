package io.detour.config;

import io.detour.core.AddressClass;
import io.detour.core.Subnet;
import io.detour.ops.ledger.LedgerOptions;
import io.detour.ops.ledger.LedgerUrl;
import io.detour.rules.condition.PortRange;
import io.detour.rules.document.DurationText;
import io.detour.rules.document.Fields;
import io.detour.server.accept.ListenerOptions;
import io.detour.server.accept.TlsFiles;
import io.detour.server.access.AccessOptions;
import io.detour.server.access.DestinationPolicy;
import io.detour.server.access.PortSet;
import io.detour.server.decide.RuleSource;
import io.detour.server.log.LogOptions;
import io.detour.server.log.LogTarget;
import io.detour.server.serve.Forward;
import io.netty.util.NetUtil;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.dataformat.yaml.YAMLMapper;
import tools.jackson.dataformat.yaml.YAMLWriteFeature;

/**
 * Writes a configuration as a configuration file that says the same, but for the credentials of
 * parent proxies and of the ledger, which it masks. What is masked is refused when the file is
 * read.
 */
public final class ConfigurationYaml {
  private static final YAMLMapper YAML =
      YAMLMapper.builder()
          .disable(YAMLWriteFeature.WRITE_DOC_START_MARKER)
          .enable(YAMLWriteFeature.MINIMIZE_QUOTES)
          .enable(YAMLWriteFeature.INDENT_ARRAYS_WITH_INDICATOR)
          .build();

  private ConfigurationYaml() {}

  /** All keys, with the paths of files made absolute, so that the text may stand anywhere. */
  public static String of(Configuration configuration) {
    ObjectNode root = YAML.createObjectNode();
    ArrayNode listen = root.putArray("listen");
    configuration.listen().forEach(listener -> add(listen, listener));
    ArrayNode forwards = root.putArray("forward");
    configuration.forward().forEach(forward -> add(forwards.addObject(), forward));
    ObjectNode admin = root.putObject("admin");
    admin.put("listen", configuration.admin().listen().toString());
    putAll(admin, "hosts", configuration.admin().hosts());
    String comment = rules(root, configuration.rules());
    root.put("rules_watch", orOff(configuration.rulesWatch()));
    access(root.putObject("access"), configuration.access());
    limits(root.putObject("limits"), configuration.limits());
    ObjectNode timeouts = root.putObject("timeouts");
    for (Timeout timeout : Timeout.values()) {
      timeouts.put(Fields.wordOf(timeout), DurationText.of(configuration.timeout(timeout)));
    }
    relay(root.putObject("relay"), configuration.relay());
    resolver(root.putObject("resolver"), configuration.resolver());
    ObjectNode parents = root.putObject("parents");
    configuration.parents().forEach((name, parent) -> parents.put(name, parent.toString()));
    root.putObject("certificates").put("watch", orOff(configuration.certificateWatch()));
    ledger(root.putObject("ledger"), configuration.ledger());
    put(root, "threads", configuration.threads());
    log(root.putObject("log"), configuration.log());
    return YAML.writeValueAsString(root).stripTrailing() + "\n" + comment;
  }

  /** An address alone says the same as one with the defaults. */
  private static void add(ArrayNode listen, ListenerOptions listener) {
    if (listener.equals(ListenerOptions.of(listener.address()))) {
      listen.add(listener.address().toString());
      return;
    }
    ObjectNode entry = listen.addObject();
    entry.put("address", listener.address().toString());
    entry.put("proxy_protocol", Fields.wordOf(listener.proxyProtocol()));
    entry.put("backlog", listener.backlog());
    entry.put("reuse_port", listener.reusePort());
    TlsFiles tls = listener.tls();
    if (tls != null) {
      entry
          .putObject("tls")
          .put("certificate", absolute(tls.certificate()))
          .put("key", absolute(tls.key()));
    }
  }

  private static void add(ObjectNode entry, Forward forward) {
    switch (forward) {
      case Forward.Fixed fixed ->
          entry.put("listen", fixed.listen().toString()).put("to", fixed.target().toString());
      case Forward.Rendezvous rendezvous ->
          entry
              .putArray("rendezvous")
              .add(rendezvous.first().toString())
              .add(rendezvous.second().toString());
    }
  }

  /** Adds the key, or says in a comment what is meant without it. */
  private static String rules(ObjectNode root, RuleSource rules) {
    return switch (rules) {
      case RuleSource.Listed listed -> {
        ArrayNode paths = root.putArray("rules");
        listed.paths().forEach(path -> paths.add(absolute(path)));
        yield "";
      }
      case RuleSource.IfPresent usual ->
          "# rules: " + usual.path() + " of the current folder, if there is one\n";
    };
  }

  private static void access(ObjectNode section, AccessOptions access) {
    putAll(section, "clients", access.clients());
    Path users = access.users();
    section.put("users", users == null ? ScalarReader.OFF : absolute(users));
    ports(section, "connect_ports", access.connectPorts());
    ports(section, "forward_ports", access.forwardPorts());
    section.put("strict_host", access.strictHost());
    DestinationPolicy policy = access.destinations();
    ObjectNode destinations = section.putObject("destinations");
    addresses(destinations.putArray("deny"), policy.denyClasses(), policy.denySubnets());
    addresses(destinations.putArray("allow"), policy.allowClasses(), policy.allowSubnets());
  }

  private static void ports(ObjectNode section, String key, PortSet ports) {
    if (ports.isAny()) {
      section.put(key, AccessReader.ANY);
      return;
    }
    ArrayNode list = section.putArray(key);
    for (PortRange range : ports.ranges()) {
      if (range.first() == range.last()) {
        list.add(range.first());
      } else {
        list.add(range.toString());
      }
    }
  }

  private static void addresses(ArrayNode list, Set<AddressClass> classes, List<Subnet> subnets) {
    classes.stream().sorted().forEach(each -> list.add(Fields.wordOf(each)));
    subnets.forEach(subnet -> list.add(subnet.toString()));
  }

  private static void limits(ObjectNode section, LimitOptions limits) {
    section.put("tunnels", limits.clients().tunnels());
    section.put("tunnels_per_client", limits.clients().tunnelsPerClient());
    section.put("head", SizeText.of(limits.heads().headBytes()));
    section.put("target", SizeText.of(limits.heads().targetBytes()));
    section.put("fields", limits.heads().fields());
  }

  private static void relay(ObjectNode section, RelayChoice relay) {
    section.put("mode", Fields.wordOf(relay.mode()));
    section.put("pipe_size", SizeText.of(relay.pipeBytes()));
    put(section, "pipes", relay.pipes());
    section.put("busy_poll", DurationText.of(relay.busyPoll()));
  }

  private static void resolver(ObjectNode section, ResolverOptions resolver) {
    putAll(
        section,
        "servers",
        resolver.servers().stream().map(NetUtil::toSocketAddressString).toList());
    ObjectNode hosts = section.putObject("hosts");
    resolver
        .hosts()
        .forEach(
            (host, addresses) ->
                putAll(
                    hosts, host.name(), addresses.stream().map(NetUtil::toAddressString).toList()));
    section.put("search", resolver.search());
    section.put("ipv6", Fields.wordOf(resolver.ipv6()));
  }

  private static void log(ObjectNode section, LogOptions log) {
    section.put("format", Fields.wordOf(log.format()));
    section.put(
        "access",
        switch (log.access()) {
          case LogTarget.File file -> absolute(file.path());
          case LogTarget.Stream stream -> Fields.wordOf(stream);
        });
    section.put("level", Fields.wordOf(log.level()));
    section.put("periodic", orOff(log.periodic()));
    if (log.usesPerMinute() == 0) {
      section.put("uses_per_minute", ScalarReader.OFF);
    } else {
      section.put("uses_per_minute", log.usesPerMinute());
    }
  }

  private static void ledger(ObjectNode section, LedgerOptions ledger) {
    LedgerUrl url = ledger.url();
    section.put(
        "url",
        url instanceof LedgerUrl.Sqlite(Path file)
            ? LedgerUrl.SQLITE_SCHEME + absolute(file)
            : url.toString());
    section.put("retention", DurationText.of(ledger.retention()));
    section.put("max_entries", ledger.maxEntries());
  }

  private static void putAll(ObjectNode section, String key, Collection<?> values) {
    ArrayNode list = section.putArray(key);
    values.forEach(value -> list.add(value.toString()));
  }

  private static String absolute(Path path) {
    return path.toAbsolutePath().normalize().toString();
  }

  private static String orOff(Duration duration) {
    return duration.isZero() ? ScalarReader.OFF : DurationText.of(duration);
  }

  private static void put(ObjectNode node, String key, int count) {
    if (count == Configuration.AUTOMATIC) {
      node.put(key, ScalarReader.AUTOMATIC);
    } else {
      node.put(key, count);
    }
  }
}
