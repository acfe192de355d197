package io.detour.ops.certificates;

import io.detour.rules.Hop;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What is known of the certificate of a target of a rule. Immutable.
 *
 * @param rule the name of the rule
 * @param target which of its targets, as {@link Hop#target}: from 0
 * @param to the target as the rule file has it
 * @param checkedAt when it was looked at last
 * @param notAfter when it ends, of several that were shown for several names the first; null if it
 *     has never been seen
 * @param coversLegacyName whether it is for every legacy name that was looked at, or null if it has
 *     never been seen
 * @param problem what is wrong in one sentence that names target and legacy name, fit for a
 *     terminal; null if nothing is
 */
public record TargetCertificate(
    String rule,
    int target,
    String to,
    Instant checkedAt,
    @Nullable Instant notAfter,
    @Nullable Boolean coversLegacyName,
    @Nullable String problem) {}
