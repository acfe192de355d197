/**
 * The admin interface over HTTP: metrics and health, what the rules in force do, and a few actions.
 * It is on a listener of its own and on a thread of its own, so that a scrape never takes time from
 * an event loop that relays.
 *
 * <p>{@link io.detour.ops.admin.AdminRoutes} has the paths, {@link io.detour.ops.admin.RulePages}
 * what is made of rules, {@link io.detour.ops.admin.PageAssets} the page for people, {@link
 * io.detour.ops.admin.AdminServer.ServerControl} what can be done.
 */
@NullMarked
package io.detour.ops.admin;

import org.jspecify.annotations.NullMarked;
