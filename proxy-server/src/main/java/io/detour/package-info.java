/**
 * The whole of Detour, put together: {@link io.detour.Detour} makes everything that a process has,
 * in one order, and closes it in the order of {@code Shutdown.Step}. The command line is {@code
 * io.detour.cli}, the data path {@code io.detour.server}, what serves operators {@code
 * io.detour.ops}.
 */
@NullMarked
package io.detour;

import org.jspecify.annotations.NullMarked;
