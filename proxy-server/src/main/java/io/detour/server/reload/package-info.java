/**
 * Reading the rules, at the start and again whenever they change, while the old ones go on
 * deciding.
 *
 * <p>{@link io.detour.server.reload.RuleFileLoader} reads and judges them, {@link
 * io.detour.server.reload.Reloader} does so again on its own thread when it is told to or when
 * {@link io.detour.server.reload.ChangeWatch} finds that the files have changed. A rule set with a
 * problem changes nothing.
 */
@NullMarked
package io.detour.server.reload;

import org.jspecify.annotations.NullMarked;
