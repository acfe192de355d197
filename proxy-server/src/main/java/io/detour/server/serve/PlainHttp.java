package io.detour.server.serve;

import io.detour.server.parse.http.ForwardRequest;

/** Serves the plain HTTP requests of one client connection, on its event loop. */
public interface PlainHttp {
  /**
   * Begins to serve a request.
   *
   * @param request the next one; the one before has been answered
   * @return told of its content; may have been answered already
   */
  ServedRequest serve(ForwardRequest request);

  /** The client connection has come to its end, or becomes a tunnel. */
  void close();
}
