package io.detour.clients;

import static org.assertj.core.api.Assertions.assertThat;

import io.detour.Tool;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** wget through the proxy. */
@Timeout(60)
class WgetTest {
  @TempDir private Path folder;

  @SuppressWarnings("NullAway.Init")
  private RenamedHosts hosts;

  @SuppressWarnings("NullAway.Init")
  private Tool wget;

  @BeforeEach
  void start() throws Exception {
    Tool installed = Tool.ofPackage("wget", "wget");
    hosts = RenamedHosts.start(folder);
    wget =
        installed.with(
            "--no-config",
            "--no-verbose",
            "--no-hsts",
            "--tries=1",
            "--timeout=20",
            "-e",
            "use_proxy=yes",
            "-e",
            "no_proxy=",
            "-e",
            "http_proxy=http://" + hosts.proxyAuthority(),
            "-e",
            "https_proxy=http://" + hosts.proxyAuthority(),
            "--ca-certificate=" + hosts.authority());
  }

  @AfterEach
  void stop() throws Exception {
    hosts.close();
  }

  @ParameterizedTest(name = "W08, W09: wget gets a large file over {0}")
  @EnumSource(Scheme.class)
  void getsALargeFile(Scheme scheme) throws Exception {
    Path file = folder.resolve("file");

    wget.run(folder, "--output-document=" + file, hosts.url(scheme, "app", Pages.LARGE));

    assertThat(RenamedHosts.sha256(Files.readAllBytes(file)))
        .isEqualTo(RenamedHosts.sha256(Pages.LARGE_BODY));
    hosts.assertAskedOnce(scheme, "app", "GET", Pages.LARGE);
  }

  @Test
  @DisplayName("F04, F24: wget asks twice on one connection")
  void asksTwiceOnOneConnection() throws Exception {
    wget.run(
        folder,
        "--output-document=" + folder.resolve("file"),
        hosts.url(Scheme.HTTP, "app", "/one"),
        hosts.url(Scheme.HTTP, "app", "/two"));

    assertThat(Files.size(folder.resolve("file"))).isEqualTo(2L * Pages.PAGE.length);
    assertThat(hosts.proxy().conversations()).hasSize(1);
    assertThat(hosts.forwarded()).hasSize(2);
    hosts.assertForwarded(hosts.forwarded().get(0), "app", "GET", "/one");
    hosts.assertForwarded(hosts.forwarded().get(1), "app", "GET", "/two");
  }
}
