@NullMarked
package io.detour.server.generate;

import org.jspecify.annotations.NullMarked;
