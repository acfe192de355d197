package io.detour.server.dns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

class SystemNamesTest {
  private static final Duration DEADLINE = Duration.ofSeconds(20);

  private final Logger logger = (Logger) LoggerFactory.getLogger(SystemNames.class);
  private final ListAppender<ILoggingEvent> events = new ListAppender<>();

  @TempDir
  @SuppressWarnings("NullAway.Init")
  private Path folder;

  @BeforeEach
  void listen() {
    logger.setAdditive(false);
    logger.addAppender(events);
    events.start();
  }

  @AfterEach
  void stopListening() {
    logger.detachAppender(events);
    logger.setAdditive(true);
  }

  @ParameterizedTest(name = "{0}")
  @Tag("Q01")
  @ValueSource(
      strings = {
        "nameserver fe80::1%no-such-0",
        "nameserver 10.0.0.2:53\nnameserver dns.example.com",
        "nameserver 10.0.0.1\nnameserver x\nsearch a..b 10.0.0.1\nfoo\nbar\nbaz\nqux\nquux",
      })
  void whatCannotBeUsedIsOneWarning(String text) throws IOException {
    Files.writeString(folder.resolve("resolv.conf"), text);

    try (SystemNames names = names(false)) {
      assertThat(names.service().inOrder()).hasSize(1);
    }

    assertThat(warnings()).singleElement().asString().contains("line ", "resolv.conf", ":53");
  }

  @ParameterizedTest(name = "{0}")
  @Tag("Q01")
  @ValueSource(
      strings = {
        "nameserver 10.0.0.2 ; office",
        "nameserver fe80::1%1",
        "# nothing\n",
        "nameserver 10.0.0.2\noptions edns0 trust-ad\nsearch .\n",
      })
  void whatGlibcTakesIsNoWarning(String text) throws IOException {
    Files.writeString(folder.resolve("resolv.conf"), text);

    names(false).close();

    assertThat(warnings()).isEmpty();
  }

  @Test
  @Tag("Q01")
  void aFileWithoutUseIsNotRead() throws IOException {
    Files.writeString(folder.resolve("resolv.conf"), "nameserver x");

    try (SystemNames names = names(false, server("10.0.0.9"))) {
      assertThat(servers(names)).containsExactly(server("10.0.0.9"));
    }

    assertThat(warnings()).isEmpty();
  }

  @Test
  @Tag("Q01")
  void filesThatAreNotThereAreAsEmptyOnes() {
    try (SystemNames names = names(false)) {
      assertThat(servers(names)).containsExactly(server("127.0.0.1"));
      assertThat(names.hosts()).isEmpty();
    }

    assertThat(warnings()).isEmpty();
  }

  @Test
  @Tag("Q01")
  void filesThatAreNoneAreOneWarningEach() throws IOException {
    Files.createDirectory(folder.resolve("resolv.conf"));
    Files.createDirectory(folder.resolve("hosts"));

    try (SystemNames names = names(false)) {
      assertThat(servers(names)).containsExactly(server("127.0.0.1"));
      assertThat(names.hosts()).isEmpty();
    }

    assertThat(warnings()).hasSize(2);
  }

  @ParameterizedTest(name = "\"{0}\"")
  @CsvSource(
      delimiter = '=',
      value = {
        "10.0.0.1 wiki                       = wiki:10.0.0.1",
        "10.0.0.1\tWiki.Example.COM wiki     = wiki.example.com:10.0.0.1 wiki:10.0.0.1",
        "  10.0.0.1 wiki # the old one       = wiki:10.0.0.1",
        "10.0.0.1 a#b                        = a:10.0.0.1",
        "# 10.0.0.1 wiki                     = ''",
        "10.0.0.1 a|10.0.0.2 a|10.0.0.1 a    = a:10.0.0.1,10.0.0.2",
        "::1 a|127.0.0.1 a                   = a:0:0:0:0:0:0:0:1,127.0.0.1",
        "10.0.0.1                            = ''",
        "10.0.0.256 a|10.1 b|x c|10.0.0.1 d  = d:10.0.0.1",
        "fe80::1%no-such-0 a|10.0.0.1 d      = d:10.0.0.1",
        "''                                  = ''",
      })
  void hostsIsRead(String text, String hosts) throws IOException {
    Files.writeString(folder.resolve("hosts"), text.replace('|', '\n'));

    try (SystemNames names = names(false)) {
      assertThat(
              names.hosts().entrySet().stream()
                  .map(entry -> entry.getKey() + ":" + addresses(entry.getValue()))
                  .sorted())
          .isEqualTo(List.of(hosts.split(" ", -1)).stream().filter(s -> !s.isEmpty()).toList());
    }
  }

  @Test
  @Tag("Q08")
  void filesThatChangeAreReadAgain() throws IOException {
    try (SystemNames names = names(false)) {
      Files.writeString(folder.resolve("hosts"), "10.0.0.1 wiki\n");
      Files.writeString(folder.resolve("resolv.conf"), "nameserver 10.0.0.2\n");
      await()
          .atMost(DEADLINE)
          .untilAsserted(() -> assertThat(servers(names)).containsExactly(server("10.0.0.2")));
      await()
          .atMost(DEADLINE)
          .untilAsserted(() -> assertThat(names.hosts()).containsOnlyKeys("wiki"));

      renamedOver("hosts", "10.0.0.1 intranet\n");
      renamedOver("resolv.conf", "nameserver 10.0.0.3\n");
      await()
          .atMost(DEADLINE)
          .untilAsserted(() -> assertThat(servers(names)).containsExactly(server("10.0.0.3")));
      await()
          .atMost(DEADLINE)
          .untilAsserted(() -> assertThat(names.hosts()).containsOnlyKeys("intranet"));

      Files.delete(folder.resolve("hosts"));
      Files.delete(folder.resolve("resolv.conf"));
      await()
          .atMost(DEADLINE)
          .untilAsserted(() -> assertThat(servers(names)).containsExactly(server("127.0.0.1")));
      await().atMost(DEADLINE).untilAsserted(() -> assertThat(names.hosts()).isEmpty());
    }
    assertThat(warnings()).isEmpty();
  }

  @Test
  @Tag("Q08")
  void aLinkThatIsPointedElsewhereIsAChange() throws IOException {
    Path office = Files.writeString(folder.resolve("office"), "nameserver 10.0.0.2\n");
    Path home = Files.writeString(folder.resolve("home"), "nameserver 10.0.0.3\n");
    Files.createSymbolicLink(folder.resolve("resolv.conf"), office);
    try (SystemNames names = names(false)) {
      assertThat(servers(names)).containsExactly(server("10.0.0.2"));

      Path next = Files.createSymbolicLink(folder.resolve("next"), home);
      Files.move(next, folder.resolve("resolv.conf"), StandardCopyOption.REPLACE_EXISTING);

      await()
          .atMost(DEADLINE)
          .untilAsserted(() -> assertThat(servers(names)).containsExactly(server("10.0.0.3")));
    }
  }

  private void renamedOver(String name, String text) throws IOException {
    Path next = Files.writeString(folder.resolve(name + ".new"), text);
    Files.move(next, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE);
  }

  private SystemNames names(boolean search, InetSocketAddress... servers) {
    return new SystemNames(
        new DnsOptions(Duration.ofSeconds(5), List.of(servers), Map.of(), search, Ipv6.PREFER, 8),
        new SystemFiles(folder.resolve("hosts"), folder.resolve("resolv.conf")));
  }

  private List<String> warnings() {
    return events.list.stream()
        .filter(event -> event.getLevel().isGreaterOrEqual(Level.WARN))
        .peek(event -> assertThat(event.getThrowableProxy()).isNull())
        .map(ILoggingEvent::getFormattedMessage)
        .toList();
  }

  private static List<InetSocketAddress> servers(SystemNames names) {
    return names.service().inOrder().stream().map(DnsServer::address).toList();
  }

  private static InetSocketAddress server(String address) {
    return new InetSocketAddress(InetAddress.ofLiteral(address), 53);
  }

  private static String addresses(List<InetAddress> addresses) {
    return String.join(",", addresses.stream().map(InetAddress::getHostAddress).toList());
  }
}
