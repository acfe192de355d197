@NullMarked
package io.detour.server.certificates;

import org.jspecify.annotations.NullMarked;
