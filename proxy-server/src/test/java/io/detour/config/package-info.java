@NullMarked
package io.detour.config;

import org.jspecify.annotations.NullMarked;
