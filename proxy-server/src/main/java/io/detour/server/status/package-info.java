/**
 * What a client is told when its request is not served: HTTP status (RFC 9110), {@code
 * Proxy-Status} with the error type (RFC 9209), and a short text.
 */
@NullMarked
package io.detour.server.status;

import org.jspecify.annotations.NullMarked;
