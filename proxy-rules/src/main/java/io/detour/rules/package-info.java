/**
 * The rule language without its file format: which asked hosts are rewritten, passed or rejected.
 *
 * <p>{@link RuleSet} is the entry: an immutable snapshot whose {@link RuleSet#decide} is a pure
 * function of the asked host and port. Rules are tried in file order, the first whose {@link
 * HostMatcher} matches wins, and the result of a rewrite is not matched again. No I/O, no logging,
 * no sockets; everything here may be used from any thread.
 */
@NullMarked
package io.detour.rules;

import org.jspecify.annotations.NullMarked;
