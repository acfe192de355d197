/**
 * Plain HTTP: one request and its response after the other, from a client to an origin and back
 * (RFC 9110 7.6, RFC 9112). What goes on is written anew from what was read, never copied as it
 * came, so that the origin cannot read it as anything else; content is passed on piece by piece.
 *
 * <p>An {@link io.detour.server.exchange.Exchange} is one request and its response, an {@link
 * io.detour.server.exchange.Upstream} the connection to an origin, which may serve several of them
 * if they come from the same client connection and lead to the same place.
 */
@NullMarked
package io.detour.server.exchange;

import org.jspecify.annotations.NullMarked;
