package io.detour;

import static org.awaitility.Awaitility.await;

import io.detour.config.ConfigurationKey;
import io.detour.ops.admin.PageCheck;
import io.detour.ops.ledger.LedgerUrl;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** The page in Chromium, of a server that has rules, a ledger and an open tunnel. */
class ServedPageTest {
  @TempDir private Path folder;

  @SuppressWarnings("NullAway.Init")
  private TcpOrigin origin;

  @SuppressWarnings("NullAway.Init")
  private RunningServer proxy;

  @SuppressWarnings("NullAway.Init")
  private RawClient tunnel;

  @BeforeEach
  void start() throws Exception {
    origin = TcpOrigin.echo();
    LedgerUrl ledger = new LedgerUrl.Sqlite(folder.resolve("ledger.db"));
    proxy =
        RunningServer.start(
            """
            version: 1
            rules:
              - { name: moved, match: { host: { exact: old.test } }, action: rewrite, to: "%s" }
              - { name: gone, match: { host: { exact: gone.test } }, action: reject }
            """
                .formatted(origin.authority()),
            options -> options.with(ConfigurationKey.LEDGER_URL, ledger));
    tunnel = proxy.client();
    tunnel.tunnel("old.test:443");
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> proxy.metric("detour_ledger_writes_total", "result=\"success\"") > 0);
  }

  @AfterEach
  void stop() throws Exception {
    tunnel.close();
    proxy.close();
    origin.close();
  }

  @TestFactory
  Stream<DynamicTest> thePageOfAServer() throws Exception {
    return PageCheck.tests(folder, "--base=http://" + proxy.adminAuthority());
  }
}
