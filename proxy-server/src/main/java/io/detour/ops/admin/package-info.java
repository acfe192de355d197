/**
 * The admin interface over HTTP, on a listener and a thread of its own, so that a scrape takes no
 * time from an event loop that relays.
 *
 * <p>{@link io.detour.ops.admin.AdminRoutes} has the paths, {@link
 * io.detour.ops.admin.AdminServer.ServerControl} what can be done.
 */
@NullMarked
package io.detour.ops.admin;

import org.jspecify.annotations.NullMarked;
