package io.detour.config;

import io.detour.core.Host;
import io.detour.core.Parsed;
import io.detour.core.relay.RelayMode;
import io.detour.ops.admin.AdminOptions;
import io.detour.rules.document.Fields;
import io.detour.rules.document.Fields.Keys;
import io.detour.rules.document.Node;
import io.detour.rules.document.Problems;
import io.detour.server.accept.ListenAddress;
import io.detour.server.access.AccessOptions;
import io.detour.server.decide.RuleSource;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the root of a configuration file. For one file. */
final class ConfigurationReader {
  private static final Keys FILE_KEYS =
      Keys.of(
          "listen",
          "forward",
          "admin",
          "rules",
          "rules_watch",
          "access",
          "limits",
          "timeouts",
          "relay",
          "resolver",
          "parents",
          "certificates",
          "ledger",
          "threads",
          "log");
  private static final Keys ADMIN_KEYS = Keys.of("listen", "hosts");
  private static final Keys CERTIFICATE_KEYS = Keys.of("watch");
  private static final Keys RELAY_KEYS = Keys.of("mode", "pipe_size", "pipes", "busy_poll");
  private static final Keys TIMEOUT_KEYS =
      Keys.of(Arrays.stream(Timeout.values()).map(Fields::wordOf).toArray(String[]::new));

  private final ScalarReader scalars;
  private final Problems problems;

  /**
   * @param file paths in it are relative to its folder
   */
  ConfigurationReader(Path file, Problems problems) {
    this.scalars = new ScalarReader(file, problems);
    this.problems = problems;
  }

  /** The defaults with what the file says; what is wrong has been added to the problems. */
  @Nullable Configuration read(Node root) {
    Configuration usual = Configuration.defaults();
    if (root instanceof Node.Scalar scalar && scalar.text().isEmpty()) {
      return usual;
    }
    Fields fields = Fields.of(root, "the file", FILE_KEYS, problems);
    return fields == null ? null : usual.with(draft -> read(fields, usual, draft));
  }

  private void read(Fields fields, Configuration usual, Configuration.Draft draft) {
    AccessOptions access = new AccessReader(scalars, problems).access(fields, usual.access());
    ListenerReader listeners = new ListenerReader(scalars, problems, access);
    draft.listen(listeners.clients(fields, usual.listen()));
    draft.forward(listeners.forward(fields));
    draft.admin(admin(fields, listeners, usual.admin()));
    draft.rules(rules(fields, usual.rules()));
    draft.rulesWatch(
        scalars.durationOrOff(
            fields,
            "rules_watch",
            Configuration.MIN_RULES_WATCH,
            Configuration.MAX_RULES_WATCH,
            usual.rulesWatch()));
    draft.access(access);
    draft.limits(new LimitReader(scalars).limits(fields, usual.limits()));
    timeouts(fields, draft);
    draft.relay(relay(fields, usual.relay()));
    draft.resolver(new ResolverReader(scalars, problems).resolver(fields, usual.resolver()));
    draft.log(new LogReader(scalars).log(fields, usual.log()));
    draft.parents(new ParentsReader(problems).parents(fields));
    draft.certificateWatch(certificateWatch(fields, usual.certificateWatch()));
    draft.ledger(new LedgerReader(scalars, problems).ledger(fields, usual.ledger()));
    draft.threads(
        scalars.countOrAutomatic(fields, "threads", 1, Configuration.MAX_THREADS, usual.threads()));
  }

  private Duration certificateWatch(Fields file, Duration usual) {
    Fields fields = scalars.section(file, "certificates", CERTIFICATE_KEYS);
    return fields == null
        ? usual
        : scalars.durationOrOff(
            fields,
            "watch",
            Configuration.MIN_CERTIFICATE_WATCH,
            Configuration.MAX_CERTIFICATE_WATCH,
            usual);
  }

  private AdminOptions admin(Fields file, ListenerReader listeners, AdminOptions usual) {
    Fields fields = scalars.section(file, "admin", ADMIN_KEYS);
    if (fields == null) {
      return usual;
    }
    ListenAddress.Inet listen = listeners.address("listen", fields.optionalText("listen"));
    return new AdminOptions(listen == null ? usual.listen() : listen, hosts(fields));
  }

  private Set<Host> hosts(Fields admin) {
    Set<Host> hosts = new LinkedHashSet<>();
    for (Node item : admin.items("hosts")) {
      Node.Scalar text = admin.text("hosts", item);
      if (text != null) {
        switch (Host.parse(text.text())) {
          case Parsed.Value(Host host) -> hosts.add(host);
          case Parsed.Malformed(String problem) ->
              problems.add(
                  item.at(),
                  "hosts: " + text.shown() + ": " + problem + " (expected: a name without a port)");
        }
      }
    }
    return hosts;
  }

  private RuleSource rules(Fields fields, RuleSource usual) {
    if (fields.optional("rules") instanceof Node.Sequence list && list.items().isEmpty()) {
      return new RuleSource.Listed(List.of());
    }
    List<Path> paths = new ArrayList<>();
    for (Node.Scalar text : fields.texts("rules")) {
      Path path = scalars.path("rules", text);
      if (path != null) {
        paths.add(path);
      }
    }
    return paths.isEmpty() ? usual : new RuleSource.Listed(paths);
  }

  private void timeouts(Fields file, Configuration.Draft draft) {
    Fields fields = scalars.section(file, "timeouts", TIMEOUT_KEYS);
    if (fields != null) {
      for (Timeout timeout : Timeout.values()) {
        draft.timeout(
            timeout,
            scalars.duration(
                fields, Fields.wordOf(timeout), timeout.least(), timeout.most(), timeout.usual()));
      }
    }
  }

  private RelayChoice relay(Fields file, RelayChoice usual) {
    Fields fields = scalars.section(file, "relay", RELAY_KEYS);
    if (fields == null) {
      return usual;
    }
    RelayMode mode = fields.word("mode", RelayMode.class);
    return new RelayChoice(
        mode == null ? usual.mode() : mode,
        scalars.bytes(
            fields,
            "pipe_size",
            RelayChoice.MIN_PIPE_BYTES,
            RelayChoice.MAX_PIPE_BYTES,
            usual.pipeBytes()),
        scalars.countOrAutomatic(fields, "pipes", 0, RelayChoice.MAX_PIPES, usual.pipes()),
        scalars.duration(
            fields, "busy_poll", Duration.ZERO, RelayChoice.MAX_BUSY_POLL, usual.busyPoll()));
  }
}
