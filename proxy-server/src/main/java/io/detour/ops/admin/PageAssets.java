package io.detour.ops.admin;

import io.netty.handler.codec.http.HttpResponseStatus;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;

/**
 * The page for people and the files that it loads, by their paths: a fixed list, read once from the
 * class path.
 */
record PageAssets(Answer page, Map<String, Answer> files) {
  static final String FOLDER = "/assets/";

  /** The page asks its own origin alone, and no other page frames it (CSP Level 3). */
  static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
          + " img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

  private static final Map<String, String> FIELDS =
      Map.of(
          "Content-Security-Policy", POLICY,
          "Referrer-Policy", "no-referrer",
          "X-Frame-Options", "DENY");

  private static final String HTML = "text/html; charset=utf-8";
  private static final String CSS = "text/css; charset=utf-8";
  private static final String JAVASCRIPT = "text/javascript; charset=utf-8";
  private static final String SVG = "image/svg+xml";

  private static final List<String> SCRIPTS =
      List.of(
          ("api dom explain format groups header order page plots rules state summary table theme"
                  + " tunnels who")
              .split(" "));

  /** The WebJar has its version in its paths; the version stands in what Maven puts into a jar. */
  private static final String UPLOT_PROPERTIES =
      "/META-INF/maven/org.webjars.npm/uplot/pom.properties";

  PageAssets {
    files = Map.copyOf(files);
  }

  /** Reads all files, which are a part of the product: one that is missing is a bug. */
  static PageAssets load() {
    Map<String, Answer> assets = new HashMap<>();
    for (String script : SCRIPTS) {
      assets.put(FOLDER + script + ".js", own(JAVASCRIPT, script + ".js"));
    }
    assets.put(FOLDER + "page.css", own(CSS, "page.css"));
    assets.put(FOLDER + "icon.svg", own(SVG, "icon.svg"));
    String uplot = "/META-INF/resources/webjars/uplot/" + uplotVersion() + "/dist/";
    assets.put(FOLDER + "uplot.js", answer(JAVASCRIPT, uplot + "uPlot.esm.js"));
    assets.put(FOLDER + "uplot.css", answer(CSS, uplot + "uPlot.min.css"));
    return new PageAssets(own(HTML, "index.html"), assets);
  }

  private static String uplotVersion() {
    Properties properties = new Properties();
    try (InputStream in = open(UPLOT_PROPERTIES)) {
      properties.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return properties.getProperty("version");
  }

  private static Answer own(String contentType, String name) {
    return answer(contentType, "page/" + name);
  }

  private static Answer answer(String contentType, String resource) {
    try (InputStream in = open(resource)) {
      return new Answer(HttpResponseStatus.OK, contentType, in.readAllBytes(), FIELDS);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static InputStream open(String resource) throws IOException {
    InputStream in = PageAssets.class.getResourceAsStream(resource);
    if (in == null) {
      throw new IOException(resource + ": not on the class path");
    }
    return in;
  }
}
