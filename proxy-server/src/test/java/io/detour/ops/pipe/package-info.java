/** Tests of the ways into a tunnel without HTTP. */
@NullMarked
package io.detour.ops.pipe;

import org.jspecify.annotations.NullMarked;
