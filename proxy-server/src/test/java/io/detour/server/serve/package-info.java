@NullMarked
package io.detour.server.serve;

import org.jspecify.annotations.NullMarked;
