/** JSON that commands print for scripts. */
@NullMarked
package io.detour.server.json;

import org.jspecify.annotations.NullMarked;
