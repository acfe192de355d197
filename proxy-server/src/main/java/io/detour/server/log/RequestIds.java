package io.detour.server.log;

import java.util.OptionalLong;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Names for requests, by which the lines of one are found again: {@code k3f9x-1a}, a part for this
 * process and a number. Any thread.
 */
public final class RequestIds {
  private static final int RADIX = Character.MAX_RADIX;
  private static final int PROCESS_DIGITS = 5;

  private final String process;
  private final AtomicLong last = new AtomicLong();

  public RequestIds() {
    long most = (long) Math.pow(RADIX, PROCESS_DIGITS);
    String digits = Long.toString(ThreadLocalRandom.current().nextLong(most), RADIX);
    process = "0".repeat(PROCESS_DIGITS - digits.length()) + digits;
  }

  /** The number of a new request, 1 or more. */
  public long next() {
    return last.incrementAndGet();
  }

  /** The name for a number. */
  public String text(long id) {
    return process + "-" + Long.toString(id, RADIX);
  }

  /** The number for a name of this process; none for any other text. */
  public OptionalLong parse(String text) {
    if (!text.matches("[0-9a-z]{" + PROCESS_DIGITS + "}-[0-9a-z]{1,12}")
        || !text.startsWith(process)) {
      return OptionalLong.empty();
    }
    return OptionalLong.of(Long.parseLong(text.substring(PROCESS_DIGITS + 1), RADIX));
  }
}
