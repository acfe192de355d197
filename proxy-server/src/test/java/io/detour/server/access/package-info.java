@NullMarked
package io.detour.server.access;

import org.jspecify.annotations.NullMarked;
