/**
 * One client of the proxy: the heads of its requests are read and understood, it is asked who it
 * is, and each request goes to a tunnel or to plain HTTP. What is malformed is refused and the
 * connection closed in stages, so that the client can read why.
 *
 * <p>Begin with {@link io.detour.server.connect.ClientConnection}; {@link
 * io.detour.server.connect.Sweep} keeps the timeouts of all of them.
 */
@NullMarked
package io.detour.server.connect;

import org.jspecify.annotations.NullMarked;
