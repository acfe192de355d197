@NullMarked
package io.detour.server.listen;

import org.jspecify.annotations.NullMarked;
