@NullMarked
package io.detour.server.reload;

import org.jspecify.annotations.NullMarked;
