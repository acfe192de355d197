package io.detour.server.ledger;

import org.jspecify.annotations.Nullable;

/**
 * A rule of the rule files, as far as a report is about it.
 *
 * @param name its name
 * @param owner who answers for it, or null
 * @param ticket where it was agreed, or null
 */
public record KnownRule(String name, @Nullable String owner, @Nullable String ticket) {}
