package io.detour.server.observe;

/**
 * The labels of a rule's series.
 *
 * @param name the rule's name, {@code [a-z0-9-]{1,63}}, unique in its rule set
 * @param action {@code rewrite}, {@code pass} or {@code reject}
 */
public record RuleLabels(String name, String action) {}
