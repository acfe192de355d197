/**
 * The addresses of a host: known ones ({@code StaticHosts}), else those of DNS, which are cached
 * for each event loop. Nothing blocks an event loop.
 *
 * <p>{@code NameResolver} looks a name up, with a {@code FamilyLookup} for the addresses of each
 * family, which asks one server after the other in a {@code DnsExchange} each. {@code SystemNames}
 * is what {@code /etc/hosts} and {@code resolv.conf} say, {@code NameService} what comes of that
 * and of the configuration.
 *
 * <p>A name is complete unless {@link io.detour.server.dns.DnsOptions#search} says otherwise, so
 * that it means the same on every machine and one host is one rule.
 */
@NullMarked
package io.detour.server.dns;

import org.jspecify.annotations.NullMarked;
