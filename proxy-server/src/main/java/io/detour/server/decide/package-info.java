/**
 * The step between parsing a request and dialling: the rules in force, and how much each of them is
 * used.
 *
 * <p>{@link io.detour.server.decide.RulesInForce} holds one immutable {@link
 * io.detour.server.decide.RuleSnapshot} that is replaced as a whole; a request reads it once and so
 * sees one rule set from its beginning to its end.
 */
@NullMarked
package io.detour.server.decide;

import org.jspecify.annotations.NullMarked;
