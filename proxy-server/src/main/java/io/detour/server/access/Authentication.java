package io.detour.server.access;

import io.detour.server.status.Refusal;
import org.jspecify.annotations.Nullable;

/** Who a client turned out to be. */
public sealed interface Authentication {
  /** A name, or null. */
  record Known(@Nullable String user) implements Authentication {}

  /** Nobody. */
  record Refused(Refusal refusal) implements Authentication {}
}
