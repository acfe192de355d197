/**
 * HTTP/1.1 messages, read strictly by RFC 9110 and 9112: heads, where content begins and ends, and
 * how both are written again. No sockets and no decisions.
 */
@NullMarked
package io.detour.server.parse.http;

import org.jspecify.annotations.NullMarked;
