/** Files that are read again when they change. */
@NullMarked
package io.detour.server.files;

import org.jspecify.annotations.NullMarked;
