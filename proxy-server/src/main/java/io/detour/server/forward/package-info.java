/** Plain TCP listeners: no HTTP head, the same rules and the same relay. */
@NullMarked
package io.detour.server.forward;

import org.jspecify.annotations.NullMarked;
