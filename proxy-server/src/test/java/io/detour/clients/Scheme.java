package io.detour.clients;

import java.util.Locale;

/** How a page is asked for: in absolute-form, or through a tunnel. */
enum Scheme {
  HTTP,
  HTTPS;

  /** As in a URL. */
  String text() {
    return name().toLowerCase(Locale.ROOT);
  }
}
