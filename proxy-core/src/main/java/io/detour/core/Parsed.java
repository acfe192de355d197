package io.detour.core;

import java.util.function.Function;

/** What a text was parsed into: a value, or the reason why it is none. Immutable. */
public sealed interface Parsed<T> {
  /** The text is well-formed. */
  record Value<T>(T value) implements Parsed<T> {}

  /**
   * The text is not what it should be.
   *
   * @param problem one phrase or sentence; the parser says whether it quotes the text
   */
  record Malformed<T>(String problem) implements Parsed<T> {}

  static <T> Parsed<T> of(T value) {
    return new Value<>(value);
  }

  static <T> Parsed<T> malformed(String problem) {
    return new Malformed<>(problem);
  }

  /** The same with another value; a problem stays as it is. */
  default <U> Parsed<U> map(Function<? super T, ? extends U> mapper) {
    return switch (this) {
      case Value<T>(T value) -> of(mapper.apply(value));
      case Malformed<T>(String problem) -> malformed(problem);
    };
  }

  /**
   * The value.
   *
   * @throws IllegalArgumentException if there is none, with the problem as its message
   */
  default T orElseThrow() {
    return switch (this) {
      case Value<T>(T value) -> value;
      case Malformed<T>(String problem) -> throw new IllegalArgumentException(problem);
    };
  }
}
