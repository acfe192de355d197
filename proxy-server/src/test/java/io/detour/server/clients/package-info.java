/**
 * The proxy with the programs that people point at it: browsers, command-line tools and HTTP
 * libraries. {@link io.detour.server.clients.RenamedHosts} is the world that they see.
 */
@NullMarked
package io.detour.server.clients;

import org.jspecify.annotations.NullMarked;
