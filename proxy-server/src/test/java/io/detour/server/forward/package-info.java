/** Tests of the ways into a tunnel without HTTP. */
@NullMarked
package io.detour.server.forward;

import org.jspecify.annotations.NullMarked;
