package io.detour.rules.generate;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.detour.LoopbackPort;
import io.detour.Tool;
import io.detour.core.Host;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Asks a real nginx what generated maps make of names. */
public final class RunningNginx {
  private RunningNginx() {}

  /**
   * One nginx with several maps; skips the test without nginx.
   *
   * @param maps as they are generated
   * @param hosts for each map those to ask about
   * @return for each map the value of {@code $detour_target} by host
   */
  public static List<Map<Host, String>> answers(
      Path folder, List<String> maps, List<List<Host>> hosts) throws Exception {
    int port = LoopbackPort.free();
    Tool nginx = Tool.ofPackage("nginx", "nginx-light");
    Path file = Files.writeString(folder.resolve("nginx.conf"), configuration(folder, maps, port));
    String[] arguments = {"-e", "stderr", "-p", folder.toString(), "-c", file.toString()};
    String[] check = {"-t", "-e", "stderr", "-p", folder.toString(), "-c", file.toString()};
    assertThat(nginx.run(folder, check)).contains("test is successful");

    Process server = nginx.start(folder.resolve("nginx.out"), arguments);
    try {
      await().atMost(Duration.ofSeconds(20)).until(() -> answers(port));
      List<Map<Host, String>> answers = new ArrayList<>();
      for (int i = 0; i < maps.size(); i++) {
        Map<Host, String> ofMap = new HashMap<>();
        for (Host host : hosts.get(i)) {
          ofMap.put(host, ask(port, "/" + i, host));
        }
        answers.add(ofMap);
      }
      return answers;
    } finally {
      server.destroy();
      assertThat(server.waitFor(20, TimeUnit.SECONDS)).isTrue();
    }
  }

  private static String configuration(Path folder, List<String> maps, int port) {
    StringBuilder locations = new StringBuilder();
    StringBuilder renamed = new StringBuilder();
    for (int i = 0; i < maps.size(); i++) {
      renamed.append(maps.get(i).replace("$detour_target {", "$target_" + i + " {"));
      locations.append("location = /%d { return 200 \"[$target_%d]\"; }\n".formatted(i, i));
    }
    return """
    daemon off;
    master_process off;
    pid %s/pid;
    error_log stderr;
    events {}
    http {
    access_log off;
    %s
    server { listen 127.0.0.1:%d; %s }
    }
    """
        .formatted(folder, renamed, port, locations);
  }

  private static boolean answers(int port) {
    try (Socket _ = new Socket(InetAddress.ofLiteral("127.0.0.1"), port)) {
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private static String ask(int port, String path, Host host) throws IOException {
    try (Socket socket = new Socket(InetAddress.ofLiteral("127.0.0.1"), port)) {
      socket.setSoTimeout(20_000);
      String request = "GET " + path + " HTTP/1.0\r\nHost: " + host.bracketed() + "\r\n\r\n";
      socket.getOutputStream().write(request.getBytes(US_ASCII));
      String answer = new String(socket.getInputStream().readAllBytes(), US_ASCII);
      return answer.substring(answer.indexOf('[') + 1, answer.lastIndexOf(']'));
    }
  }
}
