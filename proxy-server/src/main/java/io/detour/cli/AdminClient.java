package io.detour.cli;

import io.detour.core.HostPort;
import io.detour.ops.admin.AdminServer;
import io.detour.rules.document.DurationText;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A client of the admin interface of a running Detour.
 *
 * @param timeout the longest that an answer may take, up to its last byte
 */
record AdminClient(HostPort admin, Duration timeout) {
  static final int OK = 200;

  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);

  /** Longer than a million rules take to be read. */
  private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(60);

  /** A thousand problems in each of several files are less. */
  private static final int MAX_BYTES = 8 << 20;

  AdminClient(HostPort admin) {
    this(admin, ANSWER_TIMEOUT);
  }

  AdminClient within(Duration other) {
    return new AdminClient(admin, other);
  }

  sealed interface Reply {
    /** Plain text with a line break at its end, or JSON. */
    record Answered(int status, String body) implements Reply {}

    /** No answer of Detour; the problem is a sentence without a full stop. */
    record Failed(String problem) implements Reply {}
  }

  Reply get(String path) throws InterruptedException {
    return send("GET", path);
  }

  Reply send(String method, String path) throws InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://" + admin + path))
            .method(method, HttpRequest.BodyPublishers.noBody())
            .build();
    try (HttpClient client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .proxy(HttpClient.Builder.NO_PROXY)
            .connectTimeout(CONNECT_TIMEOUT)
            .build()) {
      try {
        return answer(client, request);
      } finally {
        client.shutdownNow(); // or close() waits for an answer that has been given up
      }
    }
  }

  /** A timeout of the request itself would end with the head of the answer. */
  private Reply answer(HttpClient client, HttpRequest request) throws InterruptedException {
    try {
      return reply(
          client
              .sendAsync(request, BodyHandlers.limiting(BodyHandlers.ofString(), MAX_BYTES))
              .get(timeout.toNanos(), TimeUnit.NANOSECONDS));
    } catch (TimeoutException e) {
      return new Reply.Failed(admin + " gave no answer within " + DurationText.of(timeout));
    } catch (ExecutionException e) {
      return switch (e.getCause()) {
        case ConnectException _, HttpConnectTimeoutException _ ->
            new Reply.Failed(
                "nothing listens on "
                    + admin
                    + " (expected: the admin interface of a running Detour)");
        case IOException _ -> new Reply.Failed(notDetour());
        case null, default -> throw new IllegalStateException(e);
      };
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
