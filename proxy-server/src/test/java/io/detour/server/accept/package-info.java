@NullMarked
package io.detour.server.accept;

import org.jspecify.annotations.NullMarked;
