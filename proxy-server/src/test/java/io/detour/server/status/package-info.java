@NullMarked
package io.detour.server.status;

import org.jspecify.annotations.NullMarked;
