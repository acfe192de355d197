/** Benchmarks of the rules. */
@NullMarked
package io.detour.rules;

import org.jspecify.annotations.NullMarked;
