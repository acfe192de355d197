@NullMarked
package io.detour.server.replay;

import org.jspecify.annotations.NullMarked;
