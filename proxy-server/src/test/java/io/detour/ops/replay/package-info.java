@NullMarked
package io.detour.ops.replay;

import org.jspecify.annotations.NullMarked;
