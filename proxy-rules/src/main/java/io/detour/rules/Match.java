package io.detour.rules;

/**
 * The first rule that matched, and by what.
 *
 * @param rule the rule
 * @param matcher the one of its matchers
 * @param captures what the matcher found
 */
public record Match(Rule rule, HostMatcher matcher, Captures captures) {}
