/**
 * The rule language without its file format: which requests are rewritten, passed or rejected.
 *
 * <p>{@link RuleSet} is the entry: an immutable snapshot whose {@link RuleSet#decide} is a pure
 * function of a {@link Request}. Rules are tried in file order; the first that matches the host
 * ({@link HostMatcher}) and everything else that it asks for ({@link Scope}, {@link Lifetime})
 * decides, and the result of a rewrite, a {@link Route}, is not matched again. No I/O, no logging,
 * no sockets; everything here may be used from any thread.
 */
@NullMarked
package io.detour.rules;

import org.jspecify.annotations.NullMarked;
