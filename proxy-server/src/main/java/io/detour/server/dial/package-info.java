/**
 * Turns a target into a connected socket, or into the reason why there is none.
 *
 * <p>{@link io.detour.server.dial.Dialer#dial} resolves the host, tries its addresses in turn and
 * hands out the first connection. All of one dial happens on the client's event loop; nothing
 * waits, so a slow DNS server or a silent address delays nobody but the client that asked for it.
 *
 * <h2>Where a host's addresses come from</h2>
 *
 * The first of these that knows the host answers:
 *
 * <ol>
 *   <li>The host is an address: no lookup.
 *   <li>The static entries of {@link io.detour.server.dial.DialOptions}.
 *   <li>{@code localhost} and names below it are the loopback addresses, {@code .invalid} and
 *       {@code .onion} do not exist (RFC 6761 6.3 and 6.4, RFC 7686 2). No query leaves the machine
 *       for them.
 *   <li>{@code /etc/hosts}, as it was when the process started.
 *   <li>The DNS servers of {@link io.detour.server.dial.DialOptions} or else of {@code
 *       /etc/resolv.conf}, asked for A and AAAA records at once. IPv4 addresses are tried first.
 * </ol>
 *
 * <h2>How DNS is asked</h2>
 *
 * <ul>
 *   <li>Names are complete: no search domain is ever added, so that a name means the same on every
 *       machine and one host is one rule.
 *   <li>The DNS timeout bounds the whole lookup. One query waits for a quarter of it, then the next
 *       server is asked, and after the last the first one again: {@code resolv.conf} has at most
 *       three servers, so each is asked before the time is up, and a lost datagram costs a quarter.
 *       When only one of A and AAAA is answered, the other is given up in the same way and the
 *       addresses that are known are used.
 *   <li>An answer that does not fit a datagram is fetched over TCP (RFC 7766).
 *   <li>Each lookup has a socket, and so a source port, of its own (RFC 5452 9.2). It costs no
 *       descriptor more than the connection that follows. Dials of one name that wait at the same
 *       time on one event loop share one lookup.
 *   <li>Addresses are cached per event loop under the name that was asked for, for their time to
 *       live, 300 s at most, and in a bounded number. That a name does not exist is not cached: one
 *       that has just been created works at once, and the DNS server has a cache of its own.
 *   <li>Servers named in a referral are not remembered: the configured servers are always asked.
 *   <li>Without any server in {@code resolv.conf} the one on this machine is asked, as the C
 *       library does; never a public one, which would learn the names of the network.
 * </ul>
 *
 * <h2>Through other proxies, and to several targets</h2>
 *
 * A dial can go through a {@link io.detour.server.dial.Parent}, which is connected to like a target
 * and then asked for the real one; the connection that comes of it is like any other, and the bytes
 * that follow the parent's answer are the target's. {@link io.detour.server.dial.RouteDialer} walks
 * over the targets of a rule, dial by dial.
 */
@NullMarked
package io.detour.server.dial;

import org.jspecify.annotations.NullMarked;
