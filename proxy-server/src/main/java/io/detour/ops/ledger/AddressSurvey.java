package io.detour.ops.ledger;

import io.detour.core.Address;
import io.detour.core.Host;
import io.detour.core.Printable;
import io.detour.ops.certificates.Prober;
import io.detour.ops.certificates.Prober.HostAddresses;
import io.detour.rules.Rule;
import io.detour.rules.host.HostMatcher;
import io.detour.server.dial.DialOptions;
import java.net.InetAddress;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Whether clients asked for names of rules by address, which no rule for the name sees. Immutable.
 *
 * @param names how many exact names the rules have
 * @param unfinished how many of them were not resolved: DNS failed, or did not answer in time
 * @param findings in the order of the rules
 */
public record AddressSurvey(int names, int unfinished, List<AskedByAddress> findings) {
  private static final DateTimeFormatter MINUTE =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm", Locale.ROOT);

  public AddressSurvey {
    findings = List.copyOf(findings);
  }

  /**
   * The address of a name of a rule, for which clients asked instead of the name.
   *
   * @param lastSeen in seconds since 1970
   * @param message one sentence that says all of it
   */
  public record AskedByAddress(
      Rule rule, Host name, Host address, long requests, long lastSeen, String message) {
    /** As findings of lint are written: {@code rules.yaml:14:5: warning: …}. */
    @Override
    public String toString() {
      String place = Printable.escaped(rule.file()) + ':' + rule.line() + ':' + rule.column();
      return place + ": warning: " + message;
    }
  }

  /** Requests for an address, by the group under which the ledger has them. */
  record AddressUse(String group, long requests, long lastSeen) {}

  /**
   * Resolves the exact names of rules, a few at once, and compares them with the addresses in a
   * ledger. Blocks.
   *
   * @param limit for all names together
   * @param zone of the times in messages
   * @throws SQLException if the ledger cannot be read
   */
  public static AddressSurvey of(
      List<Rule> rules, LedgerUrl ledger, DialOptions options, Duration limit, ZoneId zone)
      throws SQLException, InterruptedException {
    Map<Host, List<AddressUse>> uses;
    try (LedgerReading reading = LedgerReading.open(ledger)) {
      uses = reading.usesByAddress();
    }
    Set<Host> names = new LinkedHashSet<>();
    rules.forEach(rule -> names.addAll(names(rule)));
    if (uses.isEmpty() || names.isEmpty()) {
      return new AddressSurvey(names.size(), 0, List.of());
    }
    HostAddresses resolved = Prober.addresses(names, options, limit);
    List<AskedByAddress> findings = new ArrayList<>();
    for (Rule rule : rules) {
      for (Host name : names(rule)) {
        for (Host address : distinct(resolved.addresses().getOrDefault(name, List.of()))) {
          add(findings, rule, name, address, uses.getOrDefault(address, List.of()), zone);
        }
      }
    }
    int finished = resolved.addresses().size() + resolved.absent();
    return new AddressSurvey(names.size(), names.size() - finished, findings);
  }

  private static Set<Host> names(Rule rule) {
    Set<Host> names = new LinkedHashSet<>();
    for (HostMatcher matcher : rule.hosts()) {
      if (matcher instanceof HostMatcher.Exact(Host host) && !host.isAddress()) {
        names.add(host);
      }
    }
    return names;
  }

  private static Set<Host> distinct(List<InetAddress> addresses) {
    Set<Host> hosts = new LinkedHashSet<>();
    for (InetAddress address : addresses) {
      hosts.add(Host.parse(Address.text(address)).orElseThrow());
    }
    return hosts;
  }

  /** Unless the rule itself has the address, too, and so knows who asks for it. */
  private static void add(
      List<AskedByAddress> findings,
      Rule rule,
      Host name,
      Host address,
      List<AddressUse> uses,
      ZoneId zone) {
    long requests = 0;
    long lastSeen = Long.MIN_VALUE;
    for (AddressUse use : uses) {
      if (!use.group.equals(rule.name())) {
        requests += use.requests;
        lastSeen = Math.max(lastSeen, use.lastSeen);
      }
    }
    if (lastSeen != Long.MIN_VALUE) {
      String message =
          ("rule \"%s\": %s has the address %s, which clients asked for %s, last on %s;"
                  + " \"safe to remove\" does not cover them")
              .formatted(
                  rule.name(),
                  name,
                  address,
                  requests == 1 ? "once" : requests + " times",
                  MINUTE.format(Instant.ofEpochSecond(lastSeen).atZone(zone)));
      findings.add(new AskedByAddress(rule, name, address, requests, lastSeen, message));
    }
  }

  /** Whether every name was resolved in time, or has no address, and nothing was found. */
  public boolean isGood() {
    return findings.isEmpty() && unfinished == 0;
  }
}
