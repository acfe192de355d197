/** Tests of the event loops' settings. */
@NullMarked
package io.detour.server.transport;

import org.jspecify.annotations.NullMarked;
