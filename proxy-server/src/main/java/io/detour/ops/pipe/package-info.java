/**
 * Ways into a tunnel without HTTP: plain TCP listeners with a fixed target or a rendezvous, and the
 * standard streams of this process. The same rules and the same relay.
 */
@NullMarked
package io.detour.ops.pipe;

import org.jspecify.annotations.NullMarked;
