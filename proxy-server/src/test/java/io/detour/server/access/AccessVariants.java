package io.detour.server.access;

import io.detour.core.Subnet;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Access options like others but for one of them. */
public final class AccessVariants {
  private AccessVariants() {}

  public static AccessOptions clients(AccessOptions like, List<Subnet> clients) {
    return new AccessOptions(
        clients,
        like.users(),
        like.connectPorts(),
        like.forwardPorts(),
        like.strictHost(),
        like.lenientConnect(),
        like.destinations());
  }

  public static AccessOptions users(AccessOptions like, @Nullable Path file) {
    return new AccessOptions(
        like.clients(),
        file,
        like.connectPorts(),
        like.forwardPorts(),
        like.strictHost(),
        like.lenientConnect(),
        like.destinations());
  }

  public static AccessOptions strictHost(AccessOptions like) {
    return new AccessOptions(
        like.clients(),
        like.users(),
        like.connectPorts(),
        like.forwardPorts(),
        true,
        like.lenientConnect(),
        like.destinations());
  }

  /** CONNECT may be without Host. */
  public static AccessOptions lenientConnect(AccessOptions like) {
    return new AccessOptions(
        like.clients(),
        like.users(),
        like.connectPorts(),
        like.forwardPorts(),
        like.strictHost(),
        true,
        like.destinations());
  }

  public static AccessOptions destinations(AccessOptions like, DestinationPolicy destinations) {
    return new AccessOptions(
        like.clients(),
        like.users(),
        like.connectPorts(),
        like.forwardPorts(),
        like.strictHost(),
        like.lenientConnect(),
        destinations);
  }
}
