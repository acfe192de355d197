/**
 * The rules in force: {@link io.detour.server.decide.RulesInForce} holds one immutable {@link
 * io.detour.server.decide.RuleSnapshot} that is replaced as a whole, by {@link
 * io.detour.server.decide.Reloader} when the files have changed; a request reads it once.
 */
@NullMarked
package io.detour.server.decide;

import org.jspecify.annotations.NullMarked;
