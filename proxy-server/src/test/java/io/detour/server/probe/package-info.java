@NullMarked
package io.detour.server.probe;

import org.jspecify.annotations.NullMarked;
