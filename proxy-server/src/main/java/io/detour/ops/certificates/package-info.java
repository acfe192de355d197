/**
 * Certificates of targets: {@link io.detour.ops.certificates.Prober} shakes hands with a target,
 * and says what {@code explain --tls} and {@code check --tls} print; {@link
 * io.detour.ops.certificates.CertificateWatch} does so time and again for the rules in force.
 */
@NullMarked
package io.detour.ops.certificates;

import org.jspecify.annotations.NullMarked;
