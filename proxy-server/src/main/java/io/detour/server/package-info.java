/**
 * The proxy: the command line with one class per verb, and {@link io.detour.server.DetourServer},
 * which owns the event loops.
 */
@NullMarked
package io.detour.server;

import org.jspecify.annotations.NullMarked;
