@NullMarked
package io.detour.server.demo;

import org.jspecify.annotations.NullMarked;
