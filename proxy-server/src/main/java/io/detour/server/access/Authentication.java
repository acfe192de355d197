package io.detour.server.access;

import io.detour.server.status.Refusal;
import org.jspecify.annotations.Nullable;

/** Who a client is. Immutable; any thread. */
public sealed interface Authentication {
  /**
   * A client that may go on.
   *
   * @param user its name, or null if users are not asked who they are
   */
  record Known(@Nullable String user) implements Authentication {}

  /**
   * A client that may not.
   *
   * @param refusal what it is told
   */
  record Refused(Refusal refusal) implements Authentication {}
}
