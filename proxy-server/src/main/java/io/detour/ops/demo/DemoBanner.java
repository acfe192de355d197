package io.detour.ops.demo;

/**
 * What the demo prints for a newcomer: command lines that work as they are. Proxy and admin
 * interface are {@code host:port}, an IPv6 address in brackets.
 */
public record DemoBanner(String proxy, String admin, DemoOrigin origin) {
  /** Lines of text; a command is on one that starts with two spaces and {@code curl}. */
  public String text() {
    return """
    Try the example rules (rules.example.yaml) in another terminal.
    A legacy name reaches its new host; the certificate is checked against the legacy name:
    %s
    By suffix, over plain HTTP, where Host is rewritten too:
    %s
    By regular expression:
    %s
    Passed on unchanged, to the old host:
    %s
    Switched off (curl says: CONNECT tunnel failed, response 403):
    %s
    Switched off, over plain HTTP, where browsers show the reason:
    %s
    Which rules matched:
      curl -s http://%s/metrics | grep detour_rule_matches_total
    Who used which legacy name, on the page of the admin interface (the history from before this demo is made up):
      http://%s/
    Ctrl-C ends the demo.
    """
        .formatted(
            https(DemoNames.ERP, origin.httpsPort()),
            http(DemoNames.WIKI),
            https(DemoNames.APP, origin.httpsPort()),
            https(DemoNames.SSO, origin.oldHttpsPort()),
            https(DemoNames.DEAD, origin.httpsPort()),
            http(DemoNames.DEAD),
            admin,
            admin);
  }

  private String https(String name, int port) {
    return "  curl --proxy http://%s --cacert %s https://%s:%d/"
        .formatted(proxy, origin.certificateAuthority(), name, port);
  }

  private String http(String name) {
    return "  curl --proxy http://%s http://%s:%d/".formatted(proxy, name, origin.httpPort());
  }
}
