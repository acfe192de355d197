package io.detour.ops.certificates;

import io.detour.core.Parsed;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whom the watch trusts: whom this JVM trusts. */
final class WatchRoots {
  private static final Logger logger = LoggerFactory.getLogger(WatchRoots.class);

  private WatchRoots() {}

  /** Reads files. If they cannot be read, nobody is trusted, which touches names and ends not. */
  static TrustRoots load() {
    return switch (TrustRoots.load(List.of())) {
      case Parsed.Value(TrustRoots roots) -> roots;
      case Parsed.Malformed(String problem) -> {
        logger.warn("certificates: none is trusted: {}", problem);
        yield new TrustRoots(Set.of());
      }
    };
  }
}
