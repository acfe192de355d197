/**
 * Values without I/O: the names of Detour's domain that every module shares.
 *
 * <p>Everything here is immutable and may be used from any thread.
 */
@NullMarked
package io.detour.core;

import org.jspecify.annotations.NullMarked;
