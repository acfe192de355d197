/**
 * Accepts clients. {@link io.detour.server.listen.Listeners} binds, {@link
 * io.detour.server.listen.NewClient} leads each client in: the header of the PROXY protocol, TLS,
 * who may come in, and the limits ({@link io.detour.server.listen.ClientSlots}). What is kept about
 * the clients of an event loop is in {@link io.detour.server.listen.ClientLoop}.
 */
@NullMarked
package io.detour.server.listen;

import org.jspecify.annotations.NullMarked;
