/**
 * The conductor: the path of a request, in this order.
 *
 * <ol>
 *   <li>accept: {@code server.accept} hands a new connection to its entrance, {@link
 *       io.detour.server.serve.HttpEntrance} or one of {@link
 *       io.detour.server.serve.ForwardListeners}
 *   <li>parse: {@link io.detour.server.serve.ClientConnection} reads a request head and finds out
 *       who the client is
 *   <li>decide: what the rules make of it, {@link io.detour.server.serve.Call#decide}
 *   <li>dial: connects to an upstream host, {@link io.detour.server.serve.Call#dial}
 *   <li>answer and relay: the client is told, then bytes flow
 *   <li>account: what has passed is counted, logged and told to the ledger
 * </ol>
 *
 * <p>{@link io.detour.server.serve.Tunnel} takes a tunnel through 3 to 6, {@link
 * io.detour.server.serve.HttpExchange} a plain HTTP request; both share {@link
 * io.detour.server.serve.Call}.
 */
@NullMarked
package io.detour.server.serve;

import org.jspecify.annotations.NullMarked;
