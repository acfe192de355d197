/**
 * What is suspicious about rules that are not wrong: those that never decide, that contradict each
 * other, that have outlived their date.
 *
 * <p>{@link io.detour.rules.lint.RuleReview} is the entry for whoever wants to use rules: it says
 * whether read files may be used, and what speaks against them. {@link io.detour.rules.lint.Lint}
 * finds the findings. No I/O: date, parents and listeners are told by {@link
 * io.detour.rules.lint.Lint.Setting}. The time that it takes grows with the number of matchers.
 *
 * <p>What is found is true. What is not found may be there: regular expressions are hardly compared
 * with each other, and no union of several rules is compared with one matcher.
 */
@NullMarked
package io.detour.rules.lint;

import org.jspecify.annotations.NullMarked;
