package io.detour.server.log;

import io.detour.server.status.ProxyErrorType;
import io.detour.server.status.Refusal;
import org.jspecify.annotations.Nullable;

/**
 * What became of a request. Immutable.
 *
 * @param status sent to the client, or 0 if none was
 */
public record RequestEnd(int status, @Nullable ProxyErrorType error, @Nullable String details) {
  /** The client went away before there was anything to tell it. */
  public static final RequestEnd CLIENT_GONE =
      new RequestEnd(0, null, "the client went away while it waited");

  public static RequestEnd served(int status) {
    return new RequestEnd(status, null, null);
  }

  /** It was answered with an error of Detour's own. */
  public static RequestEnd of(Refusal refusal) {
    return new RequestEnd(refusal.status(), refusal.error(), refusal.details());
  }

  /** The answer has begun and was cut. */
  public static RequestEnd cut(int status, ProxyErrorType error) {
    return new RequestEnd(status, error, null);
  }

  boolean isFailure() {
    return error != null;
  }
}
