/** How Netty talks to sockets: epoll where there is one, else NIO. */
@NullMarked
package io.detour.server.transport;

import org.jspecify.annotations.NullMarked;
