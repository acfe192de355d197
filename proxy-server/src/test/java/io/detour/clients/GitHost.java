package io.detour.clients;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.detour.IssuedCertificate;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Serves git repositories over HTTP or HTTPS with {@code git http-backend}, which is a CGI program
 * (RFC 3875): a request is its environment and its input, the answer its output.
 */
final class GitHost implements AutoCloseable {
  private final HttpServer server;
  private final ExecutorService workers = Executors.newVirtualThreadPerTaskExecutor();
  private final Path repositories;

  private GitHost(HttpServer server, Path repositories) {
    this.server = server;
    this.repositories = repositories;
    server.createContext("/", this::answer);
    server.setExecutor(workers);
    server.start();
  }

  /** Starts it on a free loopback port; everybody may push. */
  static GitHost start(Scheme scheme, IssuedCertificate certificate, Path repositories)
      throws Exception {
    InetSocketAddress free = new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0);
    return new GitHost(
        switch (scheme) {
          case HTTP -> HttpServer.create(free, 0);
          case HTTPS -> {
            HttpsServer server = HttpsServer.create(free, 0);
            server.setHttpsConfigurator(new HttpsConfigurator(certificate.serving()));
            yield server;
          }
        },
        repositories);
  }

  InetSocketAddress address() {
    return server.getAddress();
  }

  private void answer(HttpExchange exchange) throws IOException {
    ProcessBuilder backend =
        new ProcessBuilder("git", "http-backend").redirectError(ProcessBuilder.Redirect.DISCARD);
    describe(exchange, backend.environment());
    Process process = backend.start();
    try (exchange;
        InputStream out = process.getInputStream()) {
      try (OutputStream in = process.getOutputStream()) {
        exchange.getRequestBody().transferTo(in);
      }
      exchange.sendResponseHeaders(readHead(out, exchange), 0);
      out.transferTo(exchange.getResponseBody());
    } finally {
      process.destroy();
    }
  }

  private void describe(HttpExchange exchange, Map<String, String> environment) {
    URI asked = exchange.getRequestURI();
    environment.put("GIT_PROJECT_ROOT", repositories.toString());
    environment.put("GIT_HTTP_EXPORT_ALL", "1");
    environment.put("REMOTE_USER", "anybody");
    environment.put("REQUEST_METHOD", exchange.getRequestMethod());
    environment.put("PATH_INFO", asked.getPath());
    environment.put("QUERY_STRING", asked.getRawQuery() == null ? "" : asked.getRawQuery());
    describe(exchange, "Content-Type", "CONTENT_TYPE", environment);
    describe(exchange, "Content-Encoding", "HTTP_CONTENT_ENCODING", environment);
    describe(exchange, "Content-Length", "CONTENT_LENGTH", environment);
    describe(exchange, "Git-Protocol", "HTTP_GIT_PROTOCOL", environment);
  }

  private static void describe(
      HttpExchange exchange, String field, String variable, Map<String, String> environment) {
    String value = exchange.getRequestHeaders().getFirst(field);
    if (value != null) {
      environment.put(variable, value);
    }
  }

  /** Copies the fields; the status, 200 unless one of them says otherwise. */
  private static int readHead(InputStream out, HttpExchange exchange) throws IOException {
    int status = 200;
    for (String line = line(out); !line.isEmpty(); line = line(out)) {
      int colon = line.indexOf(':');
      String name = line.substring(0, colon);
      String value = line.substring(colon + 1).strip();
      if (name.equals("Status")) {
        status = Integer.parseInt(value.split(" ", 2)[0]);
      } else {
        exchange.getResponseHeaders().add(name, value);
      }
    }
    return status;
  }

  private static String line(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int next = in.read(); next != '\n'; next = in.read()) {
      if (next < 0) {
        throw new EOFException("git http-backend ended at: " + line);
      }
      line.append((char) next);
    }
    return line.toString().strip();
  }

  @Override
  public void close() {
    server.stop(0);
    workers.close();
  }
}
