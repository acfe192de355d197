/**
 * TCP sockets for Netty pipelines that cost few system calls: registered with {@code epoll(7)} once
 * and for as long as they live, also when the relay takes them over.
 */
@NullMarked
package io.detour.core.tcp;

import org.jspecify.annotations.NullMarked;
