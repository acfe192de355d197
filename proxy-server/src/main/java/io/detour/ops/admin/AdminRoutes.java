package io.detour.ops.admin;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.detour.ops.admin.AdminServer.AdminContent;
import io.detour.ops.admin.AdminServer.ServerControl;
import io.detour.ops.metrics.Metrics;
import io.detour.server.access.AllowedHosts;
import io.detour.server.decide.ReloadResult;
import io.detour.server.decide.Reloader;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What the admin interface answers to requests for its hosts. No I/O on the thread that asks. */
record AdminRoutes(
    AllowedHosts hosts, AdminContent content, PageAssets assets, ServerControl control) {
  private static final String ACTIONS = "/-/";
  private static final String CONNECTION = "/connections/";
  private static final String INDEX =
      """
      Detour
      /          for browsers a page: who still uses legacy names
      /metrics   counters for Prometheus
      /healthz   200 while the process answers
      /readyz    200 while it accepts, 503 when it drains or is paused
      /rules     the rules in force and how much they are used, JSON
      /explain   ?host=HOST[:PORT]&client=&user=&at= what becomes of a request, JSON
      /configz   the configuration in effect, without secrets
      /proxy.pac for browsers: legacy names go to the proxy; also /wpad.dat
      /-/reload  POST reads the rules and certificates again
      /-/pause   POST accepts no clients: they wait
      /-/resume  POST accepts clients again
      /-/drain   POST accepts no more clients, and ends when the last is gone
      /status    the process at a glance, JSON
      /connections      the open tunnels, JSON
      /connections/ID   DELETE ends one
      /report    ?since=30d&format=json|csv&by=rule|host|client who still uses which legacy name
      /history   what went through in the last hour, JSON\
      """;

  /**
   * Decides on one well-formed request.
   *
   * @param request its body, if any, is ignored
   * @return completed at once, but for a request that has something done; then on the thread that
   *     does it
   */
  CompletableFuture<Answer> answer(HttpRequest request) {
    Answer refusal = refusal(request);
    String path = path(request.uri());
    if (refusal != null) {
      return now(refusal);
    }
    if (path.startsWith(ACTIONS)) {
      return act(path, request.method());
    }
    if (path.startsWith(CONNECTION)) {
      return request.method().equals(HttpMethod.DELETE)
          ? content.server().kill(path.substring(CONNECTION.length()))
          : now(Answer.methodNotAllowed("DELETE"));
    }
    if (!isRead(request.method())) {
      return now(Answer.methodNotAllowed("GET, HEAD"));
    }
    return switch (path) {
      case "/connections" -> content.server().connections();
      case "/report" -> asked(request.uri(), content.report()::report);
      case "/explain" -> asked(request.uri(), query -> now(content.rules().explain(query)));
      case "/proxy.pac", "/wpad.dat" ->
          content.rules().pac(request.headers().get(HttpHeaderNames.HOST));
      default -> now(read(path, request));
    };
  }

  private CompletableFuture<Answer> act(String path, HttpMethod method) {
    Supplier<CompletableFuture<Answer>> action =
        switch (path) {
          case "/-/reload" ->
              () -> control.reload(Reloader.Trigger.REQUEST).thenApply(AdminRoutes::reloaded);
          case "/-/pause" -> () -> control.pause().thenApply(done -> state());
          case "/-/resume" -> () -> control.resume().thenApply(done -> state());
          case "/-/drain" ->
              () -> {
                control.drain();
                return now(state());
              };
          default -> null;
        };
    if (action == null) {
      return now(notFound());
    }
    return method.equals(HttpMethod.POST) ? action.get() : now(Answer.methodNotAllowed("POST"));
  }

  /** What was asked for is so, unless the server stops. */
  private Answer state() {
    return Answer.text(HttpResponseStatus.OK, stateWord());
  }

  private String stateWord() {
    return control.isDraining() ? "draining" : control.isPaused() ? "paused" : "ready";
  }

  private @Nullable Answer refusal(HttpRequest request) {
    List<String> hostFields = request.headers().getAll(HttpHeaderNames.HOST);
    boolean needsHost = !request.protocolVersion().equals(HttpVersion.HTTP_1_0);
    if (hostFields.size() > 1 || (hostFields.isEmpty() && needsHost)) {
      return Answer.text(HttpResponseStatus.BAD_REQUEST, "Host: expected one (RFC 9112 3.2)");
    }
    if (!isOurs(hostFields, request.headers().get(HttpHeaderNames.ORIGIN))) {
      return Answer.text(
          HttpResponseStatus.FORBIDDEN,
          "Host or Origin: expected an IP address, localhost or a name set for the admin"
              + " interface");
    }
    return null;
  }

  /** Problems stand one on a line, as editors take them; the last line is for people. */
  private static Answer reloaded(ReloadResult result) {
    return switch (result) {
      case ReloadResult.Replaced _ -> Answer.text(HttpResponseStatus.OK, result.summary());
      case ReloadResult.Kept kept ->
          Answer.text(
              HttpResponseStatus.INTERNAL_SERVER_ERROR,
              kept.problems().stream().map(problem -> problem + "\n").collect(Collectors.joining())
                  + result.summary());
    };
  }

  private boolean isOurs(List<String> hostFields, @Nullable String origin) {
    return hostFields.stream().allMatch(hosts::accepts)
        && (origin == null
            || (!hostFields.isEmpty() && AllowedHosts.isOwnPage(origin, hostFields.getFirst())));
  }

  private static boolean isRead(HttpMethod method) {
    return method.equals(HttpMethod.GET) || method.equals(HttpMethod.HEAD);
  }

  private Answer read(String path, HttpRequest request) {
    return switch (path) {
      case "/" -> wantsHtml(request) ? assets.page() : Answer.text(HttpResponseStatus.OK, INDEX);
      case "/metrics" -> {
        Metrics.Page page = content.metrics().scrape(request.headers().get(HttpHeaderNames.ACCEPT));
        yield Answer.page(page.contentType(), page.body());
      }
      case "/healthz" -> Answer.text(HttpResponseStatus.OK, "ok");
      case "/readyz" ->
          Answer.text(
              control.isDraining() || control.isPaused()
                  ? HttpResponseStatus.SERVICE_UNAVAILABLE
                  : HttpResponseStatus.OK,
              stateWord());
      case "/status" -> content.server().status(stateWord(), control.clients());
      case "/history" -> content.server().history();
      case "/rules" -> content.rules().rulesJson();
      case "/configz" -> Answer.page("application/yaml", content.configuration().getBytes(UTF_8));
      default -> assets.files().getOrDefault(path, notFound());
    };
  }

  /** Browsers name HTML when they open a page; curl and scripts do not. */
  private static boolean wantsHtml(HttpRequest request) {
    return request.headers().getAll(HttpHeaderNames.ACCEPT).stream()
        .anyMatch(accept -> accept.contains("text/html"));
  }

  /** What a page makes of a query, each parameter with its first value. */
  private static CompletableFuture<Answer> asked(
      String target, Function<Map<String, String>, CompletableFuture<Answer>> page) {
    Map<String, String> query = new HashMap<>();
    try {
      new QueryStringDecoder(target)
          .parameters()
          .forEach((name, values) -> query.put(name, values.getFirst()));
    } catch (IllegalArgumentException e) {
      return now(Answer.text(HttpResponseStatus.BAD_REQUEST, "the query is not well encoded"));
    }
    return page.apply(query);
  }

  private static CompletableFuture<Answer> now(Answer answer) {
    return CompletableFuture.completedFuture(answer);
  }

  private static Answer notFound() {
    return Answer.text(HttpResponseStatus.NOT_FOUND, "not found, see /");
  }

  private static String path(String target) {
    int query = target.indexOf('?');
    return query < 0 ? target : target.substring(0, query);
  }
}
