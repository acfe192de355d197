package io.detour.server.parse.http;

/** All that has come so far is well-formed, and more has to come. */
public record Incomplete() implements ParsedRequestHead, ParsedResponseHead, ContentProgress {
  static final Incomplete MORE = new Incomplete();
}
