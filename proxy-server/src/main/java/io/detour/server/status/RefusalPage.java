package io.detour.server.status;

/** A {@link Refusal} as a page for a browser: static, self-contained and without scripts. */
final class RefusalPage {
  /** The page needs its own style sheet and nothing else of a browser. */
  static final String POLICY =
      "Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'; sandbox\r\n";

  private RefusalPage() {}

  static String of(Refusal refusal) {
    String again =
        refusal.retryAfter() == null
            ? ""
            : "<p>Try again in " + Math.max(1, refusal.retryAfter().toSeconds()) + " s.</p>\n";
    return """
    <!DOCTYPE html>
    <html lang="en">
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width">
    <meta name="color-scheme" content="light dark">
    <title>%1$s</title>
    <style>body{font:1rem/1.5 sans-serif;max-width:40rem;margin:3rem auto;padding:0 1rem}</style>
    <h1>%1$s</h1>
    <p>%2$s</p>
    %3$s<p>This is an answer of the proxy Detour, not of the site: <code>%4$s</code></p>
    """
        .formatted(
            escaped(refusal.title()), escaped(refusal.details()), again, refusal.error().token());
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;")
        .replace("'", "&#39;");
  }
}
