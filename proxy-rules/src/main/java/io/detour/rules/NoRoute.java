package io.detour.rules;

/**
 * A rule's template made no valid host of a request, so nothing is dialled and the answer is 502.
 *
 * @param target which target of the rule it is, from 0
 * @param problem one sentence without any part of the request
 */
public record NoRoute(int target, String problem) implements ParsedRoute {}
