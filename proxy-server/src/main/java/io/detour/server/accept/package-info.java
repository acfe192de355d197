/**
 * Accepts clients. {@link io.detour.server.accept.Listeners} binds, {@link
 * io.detour.server.accept.NewClient} leads each client in: the header of the PROXY protocol, TLS,
 * who may come in, and the limits ({@link io.detour.server.accept.ClientSlots}). What is kept about
 * the clients of an event loop is in {@link io.detour.server.accept.ClientLoop}.
 */
@NullMarked
package io.detour.server.accept;

import org.jspecify.annotations.NullMarked;
