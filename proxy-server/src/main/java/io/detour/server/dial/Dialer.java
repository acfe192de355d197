package io.detour.server.dial;

import io.detour.core.Host;
import io.detour.core.HostPort;
import io.detour.rules.Hop;
import io.detour.server.account.DialCounts;
import io.detour.server.dns.KnownHosts;
import io.detour.server.dns.Resolution;
import io.detour.server.dns.Resolvers;
import io.detour.server.status.DialError;
import io.detour.server.transport.Transport;
import io.netty.channel.EventLoop;
import io.netty.resolver.HostsFileEntriesProvider;
import java.io.File;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Connects to targets on the event loop of the client that asked, without ever blocking it. How
 * hosts are resolved is said in the description of the package.
 *
 * <p>May be made and closed by any thread; {@link #dial} is called on an event loop of its
 * transport.
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
  private final KnownHosts known;
  private final DialCounts statistics = new DialCounts();
  private final Resolvers resolvers;

  /**
   * Reads {@code /etc/hosts} and {@code /etc/resolv.conf}.
   *
   * @param options how to resolve and connect
   * @param transport that of the event loops
   * @param own addresses that are never dialled; may be added to at any time
   */
  public Dialer(DialOptions options, Transport transport, OwnAddresses own) {
    this(options, transport, own, new File("/etc/resolv.conf"));
  }

  /**
   * @param resolvConf where the system's servers and search domains are
   */
  Dialer(DialOptions options, Transport transport, OwnAddresses own, File resolvConf) {
    this.options = options;
    this.transport = transport;
    this.own = own;
    this.known =
        new KnownHosts(
            options.hosts(),
            options.ipv6(),
            HostsFileEntriesProvider.parser().parseSilently(StandardCharsets.UTF_8));
    this.resolvers = new Resolvers(options, transport, resolvConf, statistics);
  }

  /** The same as {@link #dial(Hop, String, EventLoop, Consumer)} of what was asked for. */
  public Dial dial(HostPort target, EventLoop loop, Consumer<DialResult> done) {
    return dial(Hop.asked(target), null, loop, done);
  }

  /**
   * Resolves a target once, keeps of its addresses those that may be connected to, and connects to
   * the first of these that answers. Each is tried for the connect timeout, all of them for three
   * connect timeouts.
   *
   * <p>Through a parent proxy it is the parent that resolves the target and connects to it; a
   * target that is an address is vetted all the same. The parent is resolved and connected to like
   * a target, but for one connect timeout in all, until the parent has answered. What {@link
   * DialResult} says of addresses is about the parent's then. If there is no parent of that name,
   * the dial fails with {@link DialError#PARENT_CONFIGURATION}.
   *
   * @param hop where to, through which parent, and which addresses are allowed for it on top
   * @param received the value of {@code Via} that the client sent, for a parent to see, or null; as
   *     RFC 9110 5.5 has it
   * @param loop the current thread's event loop, on which everything happens
   * @param done told the result once, on {@code loop}, after this method has returned; never told
   *     after {@link Dial#cancel}
   * @return the handle to cancel it by
   * @throws IllegalStateException if {@code loop} is not the current thread's
   */
  public Dial dial(Hop hop, @Nullable String received, EventLoop loop, Consumer<DialResult> done) {
    requireOn(loop);
    Receiver<DialResult> receiver = Receiver.ofDial(done);
    Vetting vetting =
        hop.trusted()
            ? Vetting.ownOnly(own)
            : new Vetting(own, options.destinations(), hop.allow());
    if (hop.via() == null) {
      return connect(hop.address(), TIMEOUTS_PER_TARGET, vetting, loop, receiver);
    }
    Parent parent = options.parents().get(hop.via());
    if (parent == null) {
      return fail(NO_PARENT, hop.address(), vetting, loop, receiver);
    }
    Resolution.Unresolved refusal = refusal(hop.address(), vetting);
    if (refusal != null) {
      return fail(refusal, hop.address(), vetting, loop, receiver);
    }
    ParentDial dial =
        new ParentDial(
            parent,
            new ParentRequest(hop.address(), via(received)),
            loop,
            options.connectTimeout().toNanos(),
            receiver);
    dial.start(this);
    return dial;
  }

  /** Why a target that a parent is to connect to may not be, as far as its name tells. */
  private static Resolution.@Nullable Unresolved refusal(HostPort target, Vetting vetting) {
    if (!target.host().isAddress()) {
      return null;
    }
    InetAddress address = InetAddress.ofLiteral(target.host().name());
    DialError error = vetting.refusal(new InetSocketAddress(address, target.port()));
    return error == null ? null : new Resolution.Unresolved(error, error.details(), null);
  }

  private Dial fail(
      Resolution.Unresolved failure,
      HostPort target,
      Vetting vetting,
      EventLoop loop,
      Receiver<DialResult> done) {
    TargetDial dial = pendingDial(target.port(), 1, vetting, AddressOrder.asGiven(), loop, done);
    dial.start(failure);
    return dial;
  }

  /** The field of RFC 9110 7.6.3 with this proxy as its last member, or null for none. */
  private @Nullable String via(@Nullable String received) {
    if (options.pseudonym() == null) {
      return received;
    }
    String self = "1.1 " + options.pseudonym();
    return received == null ? self : received + ", " + self;
  }

  /**
   * @throws IllegalStateException if {@code loop} is not the current thread's
   */
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

  /** How it resolves and connects. */
  DialOptions options() {
    return options;
  }

  /** Connects to a parent proxy. Where it is, is the operator's word: only loops are looked for. */
  Dial connect(Parent parent, EventLoop loop, Receiver<DialResult> done) {
    return connect(parent.address(), 1, Vetting.ownOnly(own), loop, done);
  }

  private Dial connect(
      HostPort target, int timeouts, Vetting vetting, EventLoop loop, Receiver<DialResult> done) {
    Host host = target.host();
    Resolution answer = known.resolve(host);
    Vetting applied = known.isEntry(host) ? Vetting.ownOnly(own) : vetting;
    AddressOrder queue =
        answer != null ? AddressOrder.asGiven() : AddressOrder.inTurn(options.ipv6());
    TargetDial dial = pendingDial(target.port(), timeouts, applied, queue, loop, done);
    if (answer != null) {
      dial.start(answer);
    } else {
      dial.start(resolvers.of(loop), host.name());
    }
    return dial;
  }

  private TargetDial pendingDial(
      int port,
      int timeouts,
      Vetting vetting,
      AddressOrder queue,
      EventLoop loop,
      Receiver<DialResult> done) {
    ConnectLimits limits = new ConnectLimits((int) options.connectTimeout().toMillis(), timeouts);
    AddressRace race = new AddressRace(port, loop, transport, limits, queue, statistics);
    return new TargetDial(port, loop, vetting, options.ipv6(), queue, race, done);
  }

  /**
   * Looks a host up as {@link #dial} does, and leaves it at that.
   *
   * @param loop the current thread's event loop, on which everything happens
   * @param done told the answer once, on {@code loop}, within the DNS timeout; possibly before this
   *     method returns
   * @throws IllegalStateException if {@code loop} is not the current thread's
   */
  public void resolve(Host host, EventLoop loop, Consumer<Resolution> done) {
    requireOn(loop);
    Resolution answer = known.resolve(host);
    if (answer != null) {
      done.accept(answer);
    } else {
      resolvers.of(loop).resolve(host.name(), new PendingLookup(options.ipv6(), done));
    }
  }

  /**
   * Drops the resolvers and what they have cached. Dials that run go on to their end, within their
   * timeouts.
   */
  @Override
  public void close() {
    resolvers.close();
  }
}
