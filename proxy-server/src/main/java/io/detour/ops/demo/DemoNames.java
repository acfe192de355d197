package io.detour.ops.demo;

import io.detour.core.Host;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The names of the demo, which follow {@code rules.example.yaml}. */
final class DemoNames {
  /** An exact name that is rewritten. */
  static final String ERP = "erp.old.example.com";

  /** A name that is rewritten because of its suffix. */
  static final String WIKI = "wiki.old.example.com";

  /** A name that a regular expression rewrites. */
  static final String APP = "app-web-1.corp.oldco.net";

  /** A legacy name that stays as it is. */
  static final String SSO = "sso.old.example.com";

  /** A name that is switched off: it leads nowhere. */
  static final String DEAD = "dead.example.com";

  /** From each legacy name to the name that the example rules dial for it. */
  private static final Map<String, String> DIALLED =
      Map.ofEntries(
          Map.entry(ERP, "erp.new.example.com"),
          Map.entry("erp-dr.old.example.com", "erp.new.example.com"),
          Map.entry(WIKI, "wiki.new.example.com"),
          Map.entry("files.old.example.com", "files.new.example.com"),
          Map.entry("files.corp.oldco.net", "files.corp.oldco.net"),
          Map.entry("build.old.example.com", "build.new.example.com"),
          Map.entry("intranet.old.example.com", "intranet.new.example.com"),
          Map.entry("mail.old.example.com", "mail.new.example.com"),
          Map.entry("www.old.example.com", "www.new.example.com"),
          Map.entry(APP, "web1.apps.new.example.com"),
          Map.entry("app-web-2.corp.oldco.net", "web2.apps.new.example.com"),
          Map.entry("app-x-1.corp.oldco.net", "x1.apps.new.example.com"),
          Map.entry(SSO, SSO));

  private DemoNames() {}

  /** What the certificate covers: legacy names, and the new ones. */
  static List<String> certificateNames() {
    return Stream.concat(DIALLED.keySet().stream(), DIALLED.values().stream())
        .distinct()
        .sorted()
        .toList();
  }

  /** The address of each name that is dialled: of the old host for a legacy name. */
  static Map<Host, List<InetAddress>> hosts(InetAddress newHost, InetAddress oldHost) {
    return DIALLED.values().stream()
        .distinct()
        .collect(
            Collectors.toUnmodifiableMap(
                name -> Host.parse(name).orElseThrow(),
                name -> List.of(DIALLED.containsKey(name) ? oldHost : newHost)));
  }
}
