/**
 * Who may use the proxy, and for what: clients by their addresses, users by their passwords, ports,
 * and the classes of addresses that may be connected to.
 */
@NullMarked
package io.detour.server.access;

import org.jspecify.annotations.NullMarked;
