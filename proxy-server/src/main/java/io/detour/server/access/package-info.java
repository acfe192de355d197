/**
 * Who may use the proxy, and for what: clients by their addresses, users by their passwords, ports,
 * and the classes of addresses that may be connected to.
 *
 * <p>Start at {@link io.detour.server.access.AccessControl}. Users stand in a file as {@code
 * htpasswd} writes it ({@link io.detour.server.access.UserFile}), which is read again when it has
 * changed; {@link io.detour.server.access.Authenticator} keeps the price of a password away from
 * the event loops and from whoever guesses.
 */
@NullMarked
package io.detour.server.access;

import org.jspecify.annotations.NullMarked;
