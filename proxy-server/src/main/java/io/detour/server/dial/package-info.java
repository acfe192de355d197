/**
 * Turns a target into a connected socket, or into the reason why there is none.
 *
 * <p>{@link io.detour.server.dial.Dialer#dial} resolves the host, vets its addresses, lets those
 * that may be connected to race, and hands out the first connection. All of one dial happens on the
 * client's event loop; nothing waits, so a slow DNS server or a silent address delays nobody but
 * the client that asked for it.
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
 *   <li>{@code /etc/hosts}, as it was when the dialer was made.
 *   <li>The DNS servers of {@link io.detour.server.dial.DialOptions} or else of {@code
 *       /etc/resolv.conf}.
 * </ol>
 *
 * <h2>How DNS is asked</h2>
 *
 * <ul>
 *   <li>Names are complete: no search domain is added unless {@link
 *       io.detour.server.dial.DialOptions#search} says so, so that a name means the same on every
 *       machine and one host is one rule.
 *   <li>A and AAAA records are asked for at once, by queries that know nothing of each other:
 *       silence about one family hides nothing of the other.
 *   <li>The DNS timeout bounds the whole lookup. One query waits for a quarter of it, then the next
 *       server is asked, and after the last the first one again: {@code resolv.conf} has at most
 *       three servers, so each is asked before the time is up, and a lost datagram costs a quarter.
 *       A server that fails or refuses gives way to the next at once. That there is no such name or
 *       no such address is an answer; nobody else is asked then, and no server of a referral ever.
 *   <li>An answer that does not fit a datagram is fetched over TCP (RFC 7766).
 *   <li>Each query has a socket, and so a source port, of its own (RFC 5452 9.2). Dials of one name
 *       that wait at the same time on one event loop share one lookup.
 *   <li>Addresses are cached per event loop under the name that was asked for, for the shortest
 *       time to live of all records on the way to them, aliases too, 300 s at most, and in a
 *       bounded number. That a name does not exist is not cached: one that has just been created
 *       works at once, and the DNS server has a cache of its own. That a name has no address of one
 *       family, or that nobody answers for it, is cached with the addresses of the other, since
 *       most names have only one: for 30 s, or longer where the negative answer says so (RFC 2308
 *       5).
 *   <li>Without any server in {@code resolv.conf} the one on this machine is asked, as the C
 *       library does; never a public one, which would learn the names of the network.
 * </ul>
 *
 * <h2>Which addresses are connected to</h2>
 *
 * A name is resolved once for a dial. Each of its addresses is vetted against this process's own
 * listeners and the policy of {@link io.detour.server.access.DestinationPolicy}, with what the
 * rule's target allows on top, and the very object that was vetted is connected to: an answer that
 * changes between two lookups (DNS rebinding) finds no second lookup. Addresses that are refused
 * are left out; if none remains, the dial fails with {@link
 * io.detour.server.status.DialError#DESTINATION_IP_PROHIBITED}, or {@link
 * io.detour.server.status.DialError#PROXY_LOOP} if one of them was this proxy's own, which nothing
 * allows. No rule leads to another target then.
 *
 * <p>The static entries and the addresses of parent proxies are the operator's own word: only own
 * listeners are kept out of them. {@code /etc/hosts} and {@code localhost} are vetted like DNS.
 * What a parent resolves is the parent's to vet, but a target that is an address is vetted here.
 *
 * <h2>Which address is tried when</h2>
 *
 * As RFC 8305 says. The families take turns, IPv6 first unless {@link io.detour.server.dns.Ipv6}
 * says otherwise; static entries are tried as they stand. If the family that comes first is not
 * answered yet, it is waited for 50 ms; addresses that are answered later join the race. An address
 * that fails makes way for the next at once; one that is silent for 250 ms gets company, of seven
 * others at most. No attempt is younger than 100 ms when the next one starts, unless it has failed.
 * The first connection wins, and every other socket is closed before it is handed out. One address
 * is tried for the connect timeout, all of them for three. If all fail, the last failure is told,
 * but what a target's side said beats what this machine could not do.
 *
 * <h2>Through other proxies, and to several targets</h2>
 *
 * A dial can go through a {@link io.detour.server.dial.Parent}, which is connected to like a target
 * and then asked for the real one; the connection that comes of it is like any other, and the bytes
 * that follow the parent's answer are the target's. {@link io.detour.server.dial.RouteDialer} walks
 * over the targets of a rule, dial by dial.
 *
 * <p>An HTTP parent is told in {@code Via} who asks and who asked before (RFC 9110 7.6.3), so that
 * two proxies that are each other's parent notice.
 */
@NullMarked
package io.detour.server.dial;

import org.jspecify.annotations.NullMarked;
