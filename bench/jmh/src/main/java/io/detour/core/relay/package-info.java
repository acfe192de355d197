/** Benchmarks of the relay, in its own package, to reach what is not public. */
@NullMarked
package io.detour.core.relay;

import org.jspecify.annotations.NullMarked;
