@NullMarked
package io.detour.server.http;

import org.jspecify.annotations.NullMarked;
