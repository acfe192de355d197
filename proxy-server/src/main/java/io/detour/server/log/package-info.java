/**
 * The access log: one line for each use of a legacy name, each failure and each tunnel that has
 * ended; and where log lines go.
 */
@NullMarked
package io.detour.server.log;

import org.jspecify.annotations.NullMarked;
