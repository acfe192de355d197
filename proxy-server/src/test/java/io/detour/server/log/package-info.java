@NullMarked
package io.detour.server.log;

import org.jspecify.annotations.NullMarked;
