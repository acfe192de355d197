/**
 * From what a client asked for to a connected upstream host, or to the reason why there is none:
 * decide, vet, dial, with what is counted and logged on the way. Tunnels and plain HTTP requests
 * have this in common.
 */
@NullMarked
package io.detour.server.passage;

import org.jspecify.annotations.NullMarked;
