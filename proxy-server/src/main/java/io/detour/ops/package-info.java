/** What serves the operators of a Detour: nothing here is on the path of a tunnel. */
@NullMarked
package io.detour.ops;

import org.jspecify.annotations.NullMarked;
