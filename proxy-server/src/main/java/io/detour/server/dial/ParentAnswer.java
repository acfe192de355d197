package io.detour.server.dial;

import io.detour.server.status.DialError;
import org.jspecify.annotations.Nullable;

/** What a parent proxy said when it was asked for a target. */
sealed interface ParentAnswer {
  /** The parent has connected to the target: what follows on the connection is the target's. */
  record Granted() implements ParentAnswer {}

  /** There is no tunnel; the components are those of {@link DialResult.Failed}. */
  record Refused(DialError error, String details, @Nullable String rcode) implements ParentAnswer {
    /** A refusal that has nothing to do with DNS. */
    Refused(DialError error, String details) {
      this(error, details, null);
    }

    /** The parent wants other credentials than it was given. */
    static Refused credentials(boolean given) {
      return new Refused(
          DialError.PARENT_CONFIGURATION,
          given
              ? "the parent proxy refused Detour's credentials"
              : "the parent proxy wants credentials and none are configured");
    }

    /** The connection ended before there was an answer. */
    static Refused broken() {
      return new Refused(
          DialError.CONNECTION_TERMINATED,
          "the parent proxy closed the connection and said nothing");
    }
  }
}
