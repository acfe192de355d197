@NullMarked
package io.detour.ops.certificates;

import org.jspecify.annotations.NullMarked;
