/** A tunnel through the standard streams of this process, by the rules and relay of a server. */
@NullMarked
package io.detour.ops.pipe;

import org.jspecify.annotations.NullMarked;
