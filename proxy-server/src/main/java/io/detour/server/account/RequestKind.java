package io.detour.server.account;

import io.detour.rules.Decision;
import java.util.Arrays;
import java.util.Locale;

/**
 * What a client asked for, with the statuses that are counted for it one by one.
 *
 * <p>The statuses are a closed set so that no peer can add a series: any other one counts as {@code
 * other}.
 */
@SuppressWarnings("ImmutableEnumChecker") // the arrays are written by the constructor only
public enum RequestKind {
  /** A tunnel. Only Detour answers, so these are all of its statuses. */
  CONNECT(
      200,
      400,
      403,
      Decision.REJECT_STATUS,
      405,
      407,
      408,
      414,
      429,
      431,
      500,
      501,
      502,
      503,
      504,
      505),

  /** A plain HTTP request in absolute-form. The origin answers, or Detour does. */
  FORWARD(
      200,
      201,
      202,
      204,
      206,
      301,
      302,
      303,
      304,
      307,
      308,
      400,
      401,
      403,
      404,
      405,
      407,
      408,
      409,
      Decision.REJECT_STATUS,
      410,
      411,
      412,
      413,
      414,
      415,
      416,
      417,
      421,
      422,
      426,
      428,
      429,
      431,
      451,
      500,
      501,
      502,
      503,
      504,
      505,
      508,
      511),

  /**
   * A connection to a plain TCP listener. Nothing is written to the client, so these are the
   * statuses that a tunnel to the same target would have been answered with.
   */
  TCP(200, 403, Decision.REJECT_STATUS, 429, 502, 503, 504);

  /** The label of a status that is not in the set. */
  static final String OTHER = "other";

  private static final int STATUS_LIMIT = 600;

  private final int[] statuses;

  /** From a status to its slot; the last slot is {@link #OTHER}. */
  private final byte[] slots = new byte[STATUS_LIMIT];

  RequestKind(int... statuses) {
    this.statuses = Arrays.stream(statuses).sorted().distinct().toArray();
    Arrays.fill(slots, (byte) this.statuses.length);
    for (int slot = 0; slot < this.statuses.length; slot++) {
      slots[this.statuses[slot]] = (byte) slot;
    }
  }

  /** The value of the label {@code kind}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** How many slots there are, {@link #OTHER} included. */
  public int slotCount() {
    return statuses.length + 1;
  }

  /** The slot that counts a status. */
  int slot(int status) {
    return status >= 0 && status < STATUS_LIMIT ? slots[status] : statuses.length;
  }

  /** The value of the label {@code code} of a slot. */
  public String code(int slot) {
    return slot < statuses.length ? Integer.toString(statuses[slot]) : OTHER;
  }
}
