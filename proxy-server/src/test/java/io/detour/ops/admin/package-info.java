@NullMarked
package io.detour.ops.admin;

import org.jspecify.annotations.NullMarked;
