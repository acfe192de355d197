/** Accepts clients: the listeners, and what is kept about the clients of each event loop. */
@NullMarked
package io.detour.server.listen;

import org.jspecify.annotations.NullMarked;
