@NullMarked
package io.detour.server.parse.http;

import org.jspecify.annotations.NullMarked;
