/**
 * Parses the head of a request: Netty's decoder with limits, then one strict reading of what it
 * found. What is malformed is refused and the connection closed in stages, so that the client can
 * read why.
 */
@NullMarked
package io.detour.server.connect;

import org.jspecify.annotations.NullMarked;
