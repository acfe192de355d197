package io.detour.rules.document;

/**
 * An anchor of a YAML document, {@code &name}.
 *
 * @param name without the {@code &}
 * @param at where it stands
 * @param used whether an alias leads to it
 */
public record Anchor(String name, Location at, boolean used) {}
