package io.detour.server.parse.http;

/** What a message, or a part of one, was read into as far as it has come. Immutable. */
public sealed interface Received<T> {
  /** What no further byte can change. */
  sealed interface Settled<T> extends Received<T> {}

  /** The value is whole. */
  record Complete<T>(T value) implements Settled<T> {}

  /** It is not to be served. */
  record Malformed<T>(MalformedMessage message) implements Settled<T> {}

  /** All that has come so far is well-formed, and more has to come. */
  record Incomplete<T>() implements Received<T> {}
}
