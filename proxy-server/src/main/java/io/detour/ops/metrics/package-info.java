/** The metrics page: every series of Detour, read when somebody scrapes. */
@NullMarked
package io.detour.ops.metrics;

import org.jspecify.annotations.NullMarked;
