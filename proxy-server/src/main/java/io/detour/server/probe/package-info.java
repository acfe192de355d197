/**
 * Tries a target out before anybody is sent there: does it resolve, does it answer, does its
 * certificate cover the legacy name that browsers will still ask for.
 *
 * <p>{@link io.detour.server.probe.Prober} takes the steps and {@link
 * io.detour.server.probe.ProbeReport} is what came of them, failures included. {@link
 * io.detour.server.probe.ProbeText} and {@link io.detour.server.probe.ProbeJson} show it.
 *
 * <p>Names are resolved and addresses connected to by {@link io.detour.server.dial.Dialer}, as for
 * a client. The TLS handshake goes through with any certificate, since nothing is sent behind it,
 * and the certificate is judged afterwards: so there is always everything to say about it that
 * there is to say. Certificate paths are validated by the JDK (PKIX, RFC 5280), without asking
 * whether a certificate was revoked and without fetching anything. Only subject alternative names
 * count (RFC 9525 6.3), as for browsers.
 */
@NullMarked
package io.detour.server.probe;

import org.jspecify.annotations.NullMarked;
