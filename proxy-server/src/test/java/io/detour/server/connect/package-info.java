@NullMarked
package io.detour.server.connect;

import org.jspecify.annotations.NullMarked;
