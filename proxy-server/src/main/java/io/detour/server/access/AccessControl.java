package io.detour.server.access;

import io.detour.core.Address;
import io.detour.core.HostPort;
import io.detour.server.observe.RequestKind;
import io.detour.server.status.Refusal;
import io.netty.util.concurrent.EventExecutor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Stub. */
public final class AccessControl {
  /** Whether. */
  public boolean admits(@Nullable Address client) {
    return true;
  }

  /** Why. */
  public @Nullable Refusal refusal(RequestKind kind, HostPort asked) {
    return null;
  }

  /** Who. */
  public void authenticate(
      @Nullable String proxyAuthorization,
      @Nullable Address client,
      EventExecutor loop,
      Consumer<Authentication> done) {
    done.accept(new Authentication.Known(null));
  }
}
