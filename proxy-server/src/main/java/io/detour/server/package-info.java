/** The command line: one class per verb of {@code detour}. */
@NullMarked
package io.detour.server;

import org.jspecify.annotations.NullMarked;
