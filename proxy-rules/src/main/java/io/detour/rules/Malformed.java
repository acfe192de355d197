package io.detour.rules;

/**
 * Why a text of a rule is not what it should be.
 *
 * @param problem one sentence that quotes the text, with control characters escaped
 */
public record Malformed(String problem)
    implements ParsedMatcher, ParsedTarget, ParsedPorts, ParsedBrownout, ParsedCronLine {}
