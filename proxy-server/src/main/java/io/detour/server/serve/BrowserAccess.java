package io.detour.server.serve;

import io.detour.core.Host;
import io.detour.core.HostPort;
import io.detour.server.accept.ListenAddress;
import io.detour.server.accept.ListenerOptions;
import io.detour.server.accept.ProxyProtocol;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/** How browsers reach the proxy, and the file that tells them when to. Any thread. */
public final class BrowserAccess {
  private final CurrentPac pac;
  private final Executor maker;
  private volatile List<ListenAddress.Inet> listeners = List.of();

  /**
   * @param maker makes the file, which may take a while
   */
  public BrowserAccess(CurrentPac pac, Executor maker) {
    this.pac = pac;
    this.maker = maker;
  }

  /** These are the listeners; a PAC file can name those without TLS and PROXY protocol. */
  public void through(List<ListenerOptions> bound) {
    listeners =
        bound.stream()
            .filter(each -> each.tls() == null && each.proxyProtocol() == ProxyProtocol.OFF)
            .map(ListenerOptions::address)
            .filter(ListenAddress.Inet.class::isInstance)
            .map(ListenAddress.Inet.class::cast)
            .toList();
  }

  /**
   * Where one reaches the proxy that has reached the admin interface.
   *
   * @param machine the name or the address under which it has
   * @return the first listener for browsers, or null if there is none
   */
  public @Nullable HostPort seenFrom(Host machine) {
    if (listeners.isEmpty()) {
      return null;
    }
    ListenAddress.Inet first = listeners.getFirst();
    String text =
        first.address().isAnyLocalAddress()
            ? machine.bracketed() + ":" + first.port()
            : first.toString();
    return HostPort.parse(text).orElseThrow();
  }

  /**
   * The file, for one that has asked the proxy itself.
   *
   * @param askedAs where it believes the proxy to be, which is where it stays
   */
  CompletableFuture<AutoConfigFile> file(HostPort askedAs) {
    boolean isReached = listeners.stream().anyMatch(each -> each.port() == askedAs.port());
    HostPort proxy = isReached ? askedAs : seenFrom(askedAs.host());
    if (proxy == null) {
      return CompletableFuture.completedFuture(AutoConfigFile.Missing.forListener());
    }
    try {
      return CompletableFuture.supplyAsync(() -> new AutoConfigFile.Found(pac.text(proxy)), maker);
    } catch (RejectedExecutionException e) {
      return CompletableFuture.completedFuture(AutoConfigFile.Missing.forNow());
    }
  }
}
