package io.detour.server.dial;

import io.detour.core.Host;
import io.detour.core.HostPort;
import io.detour.rules.Hop;
import io.detour.server.account.DialCounts;
import io.detour.server.dns.Resolution;
import io.detour.server.dns.Resolvers;
import io.detour.server.dns.SystemFiles;
import io.detour.server.dns.SystemNames;
import io.detour.server.files.FileWatch;
import io.detour.server.parse.http.ViaField;
import io.detour.server.status.DialError;
import io.detour.server.transport.Transport;
import io.netty.channel.EventLoop;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Connects to targets on the event loop of the client that asked, without ever blocking it. May be
 * made and closed by any thread.
 */
public final class Dialer implements AutoCloseable {
  /** After so many connect timeouts no further address of a target is tried. */
  private static final int TIMEOUTS_PER_TARGET = 3;

  private static final Resolution.Unresolved NO_PARENT =
      new Resolution.Unresolved(
          DialError.PARENT_CONFIGURATION, "there is no parent proxy of this name", null);

  private final DialOptions options;
  private final Transport transport;
  private final OwnAddresses own;
  private final Vetting ownOnly;
  private final DialCounts statistics = new DialCounts();
  private final SystemNames names;

  /** Whether a close closes the names: they may be another dialer's. */
  private final boolean ownsNames;

  private final Resolvers resolvers;
  private final AddressMemory memory;
  private final LongSupplier nanoTime;

  /**
   * Reads {@code /etc/hosts} and {@code /etc/resolv.conf}, and again when they change.
   *
   * @param own addresses that are never dialled; may be added to at any time
   */
  public Dialer(DialOptions options, Transport transport, OwnAddresses own) {
    this(options, transport, own, SystemFiles.ofSystem(), System::nanoTime);
  }

  Dialer(
      DialOptions options,
      Transport transport,
      OwnAddresses own,
      SystemFiles files,
      LongSupplier nanoTime) {
    this(
        options,
        transport,
        own,
        new SystemNames(options.dns(), files),
        true,
        new AddressMemory(nanoTime),
        nanoTime);
  }

  private Dialer(
      DialOptions options,
      Transport transport,
      OwnAddresses own,
      SystemNames names,
      boolean ownsNames,
      AddressMemory memory,
      LongSupplier nanoTime) {
    this.options = options;
    this.transport = transport;
    this.own = own;
    this.ownOnly = Vetting.ownOnly(own);
    this.names = names;
    this.ownsNames = ownsNames;
    this.resolvers = new Resolvers(options.dns(), transport, names, statistics, nanoTime);
    this.memory = memory;
    this.nanoTime = nanoTime;
  }

  /**
   * A dialer with the same options that shares what is known of names, DNS servers and addresses,
   * and counts for itself. To be closed before this one.
   */
  public Dialer sharingNames() {
    return new Dialer(options, transport, own, names, false, memory, nanoTime);
  }

  /**
   * Resolves a target once, vets its addresses, and connects to the first that answers. Each is
   * tried for the connect timeout, all of them for three. A parent proxy is resolved and connected
   * to in the same way, but for one connect timeout until it has answered; it resolves and vets the
   * target, but one that is an address is vetted here as well. A parent that takes the requests for
   * which the connection is made is only connected to.
   *
   * <p>Static entries and parents are the operator's own word: only own listeners are kept out of
   * their addresses. If all addresses are refused, the dial fails with {@link
   * DialError#DESTINATION_IP_PROHIBITED}, or {@link DialError#PROXY_LOOP} if one is this proxy's.
   *
   * @param received the {@code Via} that the client sent (RFC 9110 7.6.3), for a parent, or null
   * @param loop the current thread's event loop, on which everything happens
   * @param done called once, on {@code loop}, after this method has returned; never after {@link
   *     Dial#cancel}
   */
  public Dial dial(
      Hop hop,
      Purpose purpose,
      @Nullable String received,
      EventLoop loop,
      Consumer<DialResult> done) {
    requireOn(loop);
    Vetting vetting =
        hop.trusted() ? ownOnly : new Vetting(own, options.destinations(), hop.allow());
    if (hop.via() == null) {
      return start(hop, null, vetting, null, loop, done);
    }
    Parent parent = options.parents().get(hop.via());
    Resolution refusal = parent == null ? NO_PARENT : refusal(hop.address(), vetting);
    if (parent == null || refusal != null) {
      return start(hop, null, ownOnly, refusal, loop, done);
    }
    long timeoutNanos = options.connectTimeout().toNanos();
    var request =
        new ParentConversation.Request(parent, hop.address(), via(received), timeoutNanos, purpose);
    return start(hop, request, ownOnly, null, loop, done);
  }

  /** Why a target that a parent is to connect to may not be, as far as its name tells. */
  private static Resolution.@Nullable Unresolved refusal(HostPort target, Vetting vetting) {
    if (!target.host().isAddress()) {
      return null;
    }
    InetAddress address = InetAddress.ofLiteral(target.host().name());
    Vetting.Objection why = vetting.objection(new InetSocketAddress(address, target.port()));
    return why == null ? null : new Resolution.Unresolved(why.error(), why.details(), null);
  }

  /** The same for a tunnel. */
  public Dial dial(Hop hop, @Nullable String received, EventLoop loop, Consumer<DialResult> done) {
    return dial(hop, Purpose.TUNNEL, received, loop, done);
  }

  /** The field of RFC 9110 7.6.3 with this proxy as its last member, or null for none. */
  private @Nullable String via(@Nullable String received) {
    ViaField own = options.via();
    return own == null ? received : own.appendedTo(received, 1);
  }

  /**
   * @param failure why nothing is connected to, or null
   */
  private Dial start(
      Hop hop,
      ParentConversation.@Nullable Request request,
      Vetting vetting,
      @Nullable Resolution failure,
      EventLoop loop,
      Consumer<DialResult> done) {
    HostPort remote = request == null ? hop.address() : request.parent().address();
    Host host = remote.host();
    AddressOrder queue = order(host, memory.of(remote.port()));
    int timeouts = request == null ? TIMEOUTS_PER_TARGET : 1;
    int timeoutMillis = (int) options.connectTimeout().toMillis();
    AddressRace race =
        new AddressRace(remote.port(), loop, transport, timeoutMillis, timeouts, queue, statistics);
    Vetting fitting = resolvers.isEntry(host) ? ownOnly : vetting;
    Dial dial = new Dial(hop, request, fitting, queue, race, loop, done);
    Resolution known = failure == null ? resolvers.known(host) : failure;
    if (known != null) {
      dial.start(known);
    } else {
      dial.start(resolvers.of(loop), host);
    }
    return dial;
  }

  /** The operator has ordered the addresses of a static entry. */
  private AddressOrder order(Host host, AddressMemory.Port port) {
    return resolvers.isEntry(host)
        ? AddressOrder.asGiven(port)
        : AddressOrder.inTurn(options.dns().ipv6(), port);
  }

  static void requireOn(EventLoop loop) {
    if (!loop.inEventLoop()) {
      throw new IllegalStateException(
          "loop: not that of " + Thread.currentThread() + " (expected: the current event loop)");
    }
  }

  /** What it has done so far. Any thread. */
  public DialCounts statistics() {
    return statistics;
  }

  public DialOptions options() {
    return options;
  }

  /** That of the event loops on which it is used. */
  public Transport transport() {
    return transport;
  }

  /**
   * Looks a host up as {@link #dial} does, and leaves it at that.
   *
   * @param done gets the addresses in the order in which a first dial would try them; called once,
   *     on {@code loop}, within the DNS timeout, possibly before this method returns
   */
  public void resolve(Host host, EventLoop loop, Consumer<Resolution> done) {
    requireOn(loop);
    Resolution known = resolvers.known(host);
    if (known != null) {
      done.accept(ordered(host, known));
      return;
    }
    resolvers
        .of(loop)
        .resolve(
            host,
            answers -> {
              if (answers.isComplete()) {
                done.accept(ordered(host, answers.whole()));
              }
            });
  }

  private Resolution ordered(Host host, Resolution answer) {
    if (!(answer instanceof Resolution.Addresses(List<InetAddress> addresses))) {
      return answer;
    }
    AddressOrder order = order(host, new AddressMemory(System::nanoTime).of(0));
    order.add(addresses);
    return new Resolution.Addresses(order.drain());
  }

  /** Of the files that say what this machine knows of names. */
  public FileWatch files() {
    return names.files();
  }

  /** Drops what the resolvers have cached. Dials that run go on to their end. */
  @Override
  public void close() {
    resolvers.close();
    if (ownsNames) {
      names.close();
    }
  }
}
