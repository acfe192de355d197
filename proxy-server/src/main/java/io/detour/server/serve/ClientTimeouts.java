package io.detour.server.serve;

import java.time.Duration;

/**
 * How long a client of plain HTTP waits, and is waited for.
 *
 * @param head for a whole request head: the first from the moment the client is accepted, later
 *     ones from their first byte
 * @param idle between two requests
 * @param body for {@link #MIN_BODY_BYTES} of a request's content
 * @param response until the origin answers, and between two pieces of its response
 * @param writeStall to take any of the bytes that wait for the client
 */
public record ClientTimeouts(
    Duration head, Duration idle, Duration body, Duration response, Duration writeStall) {
  /** What has to come within {@link #body}, unless the content ends before. */
  public static final int MIN_BODY_BYTES = 1024;
}
