package io.detour.example;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The example of docs/relay.md: it works, and it is what the document shows. */
@Timeout(30)
class GreetingRelayTest {
  private static final Path SOURCE = Path.of("src/test/java/io/detour/example/GreetingRelay.java");
  private static final Path DOCUMENT = Path.of("../docs/relay.md");
  private static final Pattern VERSION = Pattern.compile("<version>.*</version>");
  private static final int TIMEOUT_MILLIS = 10_000;

  @Test
  void relaysWhatComesBehindTheGreeting() throws Exception {
    InetAddress loopback = InetAddress.getLoopbackAddress();
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, loopback)) {
      port = free.getLocalPort();
    }
    GreetingRelay.main(new String[] {Integer.toString(port)});
    try (ServerSocket origin = new ServerSocket(0, 1, loopback);
        Socket client = new Socket(loopback, port)) {
      client.setSoTimeout(TIMEOUT_MILLIS);
      origin.setSoTimeout(TIMEOUT_MILLIS);
      String greeting = "HELLO 127.0.0.1:" + origin.getLocalPort() + "\nquestion";
      client.getOutputStream().write(greeting.getBytes(US_ASCII));
      client.shutdownOutput();
      try (Socket upstream = origin.accept()) {
        upstream.setSoTimeout(TIMEOUT_MILLIS);
        assertThat(upstream.getInputStream().readAllBytes()).asString().isEqualTo("question");
        upstream.getOutputStream().write("answer".getBytes(US_ASCII));
      }
      assertThat(client.getInputStream().readAllBytes()).asString().isEqualTo("answer");
    }
  }

  @Test
  void isTheExampleOfTheDocument() throws Exception {
    String source = Files.readString(SOURCE);
    String example = source.substring(source.indexOf("import "));

    assertThat(Files.readString(DOCUMENT)).contains("```java\n" + example + "```\n");
  }

  @Test
  void theDocumentHasTheVersionThatIsBuilt() throws Exception {
    String version =
        VERSION
            .matcher(Files.readString(Path.of("pom.xml")))
            .results()
            .findFirst()
            .orElseThrow()
            .group();

    assertThat(Files.readString(DOCUMENT))
        .contains("<artifactId>proxy-core</artifactId>\n  " + version);
  }
}
