@NullMarked
package io.detour.server.config;

import org.jspecify.annotations.NullMarked;
