@NullMarked
package io.detour.server.decide;

import org.jspecify.annotations.NullMarked;
