package io.detour.server.parse.http;

/**
 * The message is whole.
 *
 * @param trailers as they were sent, none unless the content was chunked; {@link EndToEnd#trailers}
 *     says which may be passed on
 */
public record EndOfContent(FieldLines trailers) implements ContentProgress {
  static final EndOfContent WITHOUT_TRAILERS = new EndOfContent(FieldLines.NONE);
}
