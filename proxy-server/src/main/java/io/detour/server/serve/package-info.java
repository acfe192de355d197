/**
 * The conductor: {@link io.detour.server.serve.ClientConnection} reads the requests of one client,
 * {@link io.detour.server.serve.Tunnel} and {@link io.detour.server.serve.HttpExchange} take each
 * through decide, dial, answer, relay and account.
 */
@NullMarked
package io.detour.server.serve;

import org.jspecify.annotations.NullMarked;
