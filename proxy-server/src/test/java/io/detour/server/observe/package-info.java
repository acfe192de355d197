@NullMarked
package io.detour.server.observe;

import org.jspecify.annotations.NullMarked;
