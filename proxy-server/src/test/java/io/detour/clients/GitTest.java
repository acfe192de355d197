package io.detour.clients;

import static org.assertj.core.api.Assertions.assertThat;

import io.detour.Tool;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** git through the proxy, with repositories that a renamed host serves. */
@Timeout(60)
class GitTest {
  @TempDir private Path folder;

  @SuppressWarnings("NullAway.Init")
  private RenamedHosts hosts;

  @SuppressWarnings("NullAway.Init")
  private Tool git;

  @BeforeEach
  void start() throws Exception {
    Tool installed = Tool.ofPackage("git", "git");
    hosts = RenamedHosts.start(folder);
    git =
        installed
            .with(
                Map.of(
                    "GIT_CONFIG_GLOBAL", "/dev/null",
                    "GIT_CONFIG_SYSTEM", "/dev/null",
                    "GIT_TERMINAL_PROMPT", "0",
                    "GIT_SSL_CAINFO", hosts.authority().toString(),
                    "no_proxy", ""))
            .with("-c", "http.proxy=http://" + hosts.proxyAuthority())
            .with("-c", "http.postBuffer=65536")
            .with("-c", "protocol.version=2")
            .with("-c", "user.name=A test", "-c", "user.email=test@example.com");
  }

  @AfterEach
  void stop() throws Exception {
    hosts.close();
  }

  @ParameterizedTest(name = "W08, W09: git clones over {0} and pushes in chunks")
  @EnumSource(Scheme.class)
  void clonesAndPushes(Scheme scheme) throws Exception {
    Path repositories = folder.resolve("repositories");
    Path repository = repositories.resolve("tool.git");
    git.run(folder, "init", "--quiet", "--bare", "--initial-branch=main", repository.toString());
    Path first = clone(repository.toString(), "first");
    commit(first, "tool", Pages.bytes(1 << 20));
    git.run(folder, "-C", first.toString(), "push", "--quiet", "origin", "HEAD:main");

    try (GitHost host = GitHost.start(scheme, hosts.certificate(), repositories);
        WireTap tap = WireTap.before(host.address())) {
      Path second = clone(hosts.url(scheme, "git", tap.port(), "/tool.git"), "second");

      assertThat(Files.readAllBytes(second.resolve("tool"))).isEqualTo(Pages.bytes(1 << 20));

      commit(second, "more", Pages.bytes(300_000));
      git.run(folder, "-C", second.toString(), "push", "--quiet", "origin", "HEAD:main");

      assertThat(head(repository)).isEqualTo(head(second));
      hosts.assertLogged("git", tap.port());
      switch (scheme) {
        case HTTP ->
            assertThat(tap.conversations().stream().flatMap(each -> each.requests().stream()))
                .anySatisfy(
                    head ->
                        hosts.assertForwarded(
                            head, "git", tap.port(), "POST", "/tool.git/git-receive-pack"))
                .anySatisfy(
                    head ->
                        assertThat(head.target())
                            .isEqualTo("/tool.git/info/refs?service=git-upload-pack"));
        case HTTPS -> hosts.assertTunnelled("git", tap);
      }
    }
  }

  private Path clone(String url, String name) throws Exception {
    Path clone = folder.resolve(name);
    git.run(folder, "clone", "--quiet", url, clone.toString());
    return clone;
  }

  private void commit(Path clone, String name, byte[] content) throws Exception {
    Files.write(clone.resolve(name), content);
    git.run(folder, "-C", clone.toString(), "add", name);
    git.run(folder, "-C", clone.toString(), "commit", "--quiet", "--message", "Add " + name);
  }

  private String head(Path repository) throws Exception {
    return git.run(folder, "-C", repository.toString(), "rev-parse", "main");
  }
}
