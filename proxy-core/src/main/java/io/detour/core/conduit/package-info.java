/**
 * Where bytes in flight live between the two sockets of a tunnel: in a pipe of the kernel or in a
 * buffer of this process.
 *
 * <p>Conduits are leased for a burst and given back when they are empty, so that an idle tunnel
 * holds none. Pools belong to an event loop.
 */
@NullMarked
package io.detour.core.conduit;

import org.jspecify.annotations.NullMarked;
