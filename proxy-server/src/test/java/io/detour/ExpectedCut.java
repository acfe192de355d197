package io.detour;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.SocketException;

/** A connection that ends so that nobody takes what came for the whole. */
final class ExpectedCut {
  private ExpectedCut() {}

  /** Reads until the reset. */
  static void assertCut(RawClient client) {
    assertThatThrownBy(client::rest)
        .isInstanceOf(SocketException.class)
        .hasMessageContaining("reset");
  }
}
