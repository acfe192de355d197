@NullMarked
package io.detour.server.admin;

import org.jspecify.annotations.NullMarked;
