/**
 * The relay: takes two connected sockets, moves the bytes both ways until both directions have
 * ended, and closes in the right order.
 *
 * <p>Everything of one tunnel happens on one event loop; there are no locks.
 */
@NullMarked
package io.detour.core.relay;

import org.jspecify.annotations.NullMarked;
