/**
 * The rule language without its file format: which requests are rewritten, passed or rejected.
 *
 * <p>{@link RuleSet} is the entry: an immutable snapshot whose {@link RuleSet#decide} is a pure
 * function of a request. Rules are tried in file order; the first that matches the host ({@code
 * host}) and everything else that it asks for ({@code condition}) decides, and the result of a
 * rewrite is not matched again. No I/O, no logging, no sockets; everything here may be used from
 * any thread.
 */
@NullMarked
package io.detour.rules;

import org.jspecify.annotations.NullMarked;
