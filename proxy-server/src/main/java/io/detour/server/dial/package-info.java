/**
 * Turns a target into a connected socket, or into the reason why there is none: {@link
 * io.detour.server.dial.RouteDialer} walks over the targets of a rule, and {@link
 * io.detour.server.dial.Dialer} dials one of them, directly or through a parent proxy.
 *
 * <p>A dial runs on the client's event loop and never blocks it, so a slow DNS server or a silent
 * address delays nobody but the client that asked for it.
 */
@NullMarked
package io.detour.server.dial;

import org.jspecify.annotations.NullMarked;
