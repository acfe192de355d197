@NullMarked
package io.detour.server.exchange;

import org.jspecify.annotations.NullMarked;
