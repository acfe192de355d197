/**
 * The admin interface: metrics and health over HTTP, on a listener of its own and on a thread of
 * its own, so that a scrape never takes time from an event loop that relays.
 */
@NullMarked
package io.detour.server.admin;

import org.jspecify.annotations.NullMarked;
