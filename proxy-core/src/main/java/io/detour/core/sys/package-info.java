/**
 * System calls: the only package that touches {@code java.lang.foreign}.
 *
 * <p>Every call returns its result or {@code -errno}; nothing here throws for what the kernel
 * answers. {@link io.detour.core.sys.Kernel} is the seam at which tests script the kernel.
 */
@NullMarked
package io.detour.core.sys;

import org.jspecify.annotations.NullMarked;
