/** The addresses of a name: from the configuration, the hosts file, or DNS. */
@NullMarked
package io.detour.server.dns;

import org.jspecify.annotations.NullMarked;
