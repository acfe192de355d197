/**
 * The certificate watch: looks time and again whether the targets of the rules in force have
 * certificates for the legacy names that clients ask for, and when these end.
 *
 * <p>{@link io.detour.server.certificates.CertificateWatch} lets {@link
 * io.detour.server.probe.Prober} shake hands as {@link io.detour.server.certificates.CheckSchedule}
 * says, and keeps what it learns in {@link io.detour.server.observe.TargetCertificates}. Event
 * loops that relay have no part in it.
 */
@NullMarked
package io.detour.server.certificates;

import org.jspecify.annotations.NullMarked;
