package io.detour.rules;

/** What happens to a host that no rule matches. */
public enum UnmatchedPolicy {
  PASS,
  REJECT
}
