/**
 * Says what becomes of one request and why, by the rules and by who may ask for what, to people and
 * to scripts.
 *
 * <p>{@link io.detour.ops.explain.FullExplanation} has the facts: what {@link
 * io.detour.rules.RuleSet#explain} says, what the client gets of it ({@link
 * io.detour.rules.Decision.Result}, which is what the data path acts by), and what trying the
 * targets out came to. {@link io.detour.ops.explain.ExplanationText} and {@link
 * io.detour.ops.explain.ExplanationJson} show it. Nothing is resolved or connected to here.
 */
@NullMarked
package io.detour.ops.explain;

import org.jspecify.annotations.NullMarked;
