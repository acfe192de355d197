/**
 * The proxy with the programs that people point at it: browsers, command-line tools and HTTP
 * libraries. {@link io.detour.clients.RenamedHosts} is the world that they see.
 */
@NullMarked
package io.detour.clients;

import org.jspecify.annotations.NullMarked;
