@NullMarked
package io.detour.ops.demo;

import org.jspecify.annotations.NullMarked;
