package io.detour.rules;

/** What a text of a rule's {@code match} is read into: a matcher, or the reason why it is none. */
public sealed interface ParsedMatcher permits HostMatcher, Malformed {}
