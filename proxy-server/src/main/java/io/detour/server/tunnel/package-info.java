/**
 * One tunnel from what a client asked for to its relay: decide, dial, answer, relay; and the
 * protocols in which clients ask.
 */
@NullMarked
package io.detour.server.tunnel;

import org.jspecify.annotations.NullMarked;
