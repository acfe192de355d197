package io.detour.server;

import io.detour.core.HostPort;
import io.detour.server.admin.AdminServer;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;

/**
 * Asks the admin interface of a running Detour.
 *
 * @param admin where it is
 */
record AdminClient(HostPort admin) {
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);

  /** Longer than a million rules take to be read. */
  private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(60);

  /** What came of a question. */
  sealed interface Reply {
    /**
     * Detour has answered.
     *
     * @param body plain text with a line break at its end
     */
    record Answered(int status, String body) implements Reply {}

    /**
     * It has not.
     *
     * @param problem a sentence without a full stop
     */
    record Failed(String problem) implements Reply {}
  }

  /** Has something done. Waits for it, for at most a minute. */
  Reply post(String path) throws InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://" + admin + path))
            .timeout(ANSWER_TIMEOUT)
            .POST(HttpRequest.BodyPublishers.noBody())
            .build();
    try (HttpClient client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .proxy(HttpClient.Builder.NO_PROXY)
            .connectTimeout(CONNECT_TIMEOUT)
            .build()) {
      return reply(client.send(request, HttpResponse.BodyHandlers.ofString()));
    } catch (ConnectException | HttpConnectTimeoutException e) {
      return new Reply.Failed(
          "nothing listens on " + admin + " (expected: the admin interface of a running Detour)");
    } catch (HttpTimeoutException e) {
      return new Reply.Failed(
          admin + " gave no answer within " + ANSWER_TIMEOUT.toSeconds() + " s");
    } catch (IOException e) {
      return new Reply.Failed(notDetour());
    }
  }

  private Reply reply(HttpResponse<String> response) {
    return response.headers().firstValue("Server").filter(AdminServer.NAME::equals).isPresent()
        ? new Reply.Answered(response.statusCode(), response.body())
        : new Reply.Failed(notDetour());
  }

  private String notDetour() {
    return "what listens on " + admin + " is not the admin interface of a Detour";
  }
}
