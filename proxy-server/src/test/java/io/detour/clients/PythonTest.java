package io.detour.clients;

import static org.assertj.core.api.Assertions.assertThat;

import io.detour.Tool;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Python's urllib through the proxy. */
@Timeout(60)
class PythonTest {
  private static final String SCRIPT =
      """
      import hashlib, ssl, sys, urllib.request

      url, authority, upload = sys.argv[1:]
      opener = urllib.request.build_opener(
          urllib.request.ProxyHandler(),
          urllib.request.HTTPSHandler(context=ssl.create_default_context(cafile=authority)))
      print(hashlib.sha256(opener.open(url + "/large?a=%2F", timeout=20).read()).hexdigest())
      request = urllib.request.Request(url + "/upload", open(upload, "rb").read(), method="PUT")
      request.add_header("Content-Type", "application/octet-stream")
      print(opener.open(request, timeout=20).status)
      """;

  @TempDir private Path folder;

  @ParameterizedTest(name = "W08, W09: urllib downloads and uploads over {0}")
  @EnumSource(Scheme.class)
  void downloadsAndUploads(Scheme scheme) throws Exception {
    Tool python = Tool.ofPackage("python3", "python3");
    Path script = Files.writeString(folder.resolve("client.py"), SCRIPT);
    byte[] content = Pages.bytes(1 << 20);
    Path upload = Files.write(folder.resolve("upload"), content);
    try (RenamedHosts hosts = RenamedHosts.start(folder)) {
      String proxy = "http://" + hosts.proxyAuthority();

      String printed =
          python
              .with(Map.of("http_proxy", proxy, "https_proxy", proxy, "no_proxy", ""))
              .run(
                  folder,
                  script.toString(),
                  hosts.url(scheme, "app", ""),
                  hosts.authority().toString(),
                  upload.toString());

      assertThat(printed.lines()).containsExactly(RenamedHosts.sha256(Pages.LARGE_BODY), "200");
      assertThat(hosts.pages().requests()).hasSize(2);
      assertThat(hosts.pages().requests().getFirst().getUrl()).isEqualTo("/large?a=%2F");
      assertThat(RenamedHosts.sha256(hosts.pages().requests().getLast().getBody()))
          .isEqualTo(RenamedHosts.sha256(content));
      switch (scheme) {
        case HTTP -> {
          hosts.assertForwarded(hosts.forwarded().getFirst(), "app", "GET", "/large?a=%2F");
          hosts.assertForwarded(hosts.forwarded().getLast(), "app", "PUT", "/upload");
        }
        case HTTPS -> hosts.assertTunnelled("app");
      }
      hosts.assertLogged(scheme, "app");
    }
  }
}
