package io.detour.rules;

/**
 * Why a text of a rule is no matcher, no target or no brownout.
 *
 * @param problem one sentence that quotes the text, with control characters escaped
 */
public record Malformed(String problem)
    implements ParsedMatcher, ParsedTarget, ParsedBrownout, ParsedCronLine {}
