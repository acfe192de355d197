package io.detour.ops.admin;

import io.detour.ops.metrics.Metrics;

/**
 * What there is to see on the admin interface.
 *
 * @param metrics for Prometheus; stay the caller's to close
 * @param rules pages that are made of the rules in force
 * @param server pages about the process and its tunnels
 * @param report pages that are made of the ledger
 * @param configuration the one in effect, as YAML without secrets
 */
public record AdminContent(
    Metrics metrics,
    RulePages rules,
    ServerPages server,
    ReportPages report,
    String configuration) {}
