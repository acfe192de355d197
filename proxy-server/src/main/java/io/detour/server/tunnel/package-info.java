/** One tunnel from the request head to its relay: decide, dial, answer, relay. */
@NullMarked
package io.detour.server.tunnel;

import org.jspecify.annotations.NullMarked;
