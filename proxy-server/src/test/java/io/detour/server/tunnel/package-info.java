@NullMarked
package io.detour.server.tunnel;

import org.jspecify.annotations.NullMarked;
