/**
 * What a rule asks for beside the host: {@link Conditions} on a {@link Request}, and {@link
 * Lifetime}, the times at which it holds.
 */
@NullMarked
package io.detour.rules.condition;

import org.jspecify.annotations.NullMarked;
