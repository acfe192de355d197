package io.detour.server.decide;

import java.util.List;
import org.slf4j.Logger;

/** Long lists in the log: the first entries one by one, and how many more there are. */
public final class LoggedEntries {
  private static final int MOST = 20;

  private LoggedEntries() {}

  /**
   * A WARN line for each entry; for those beyond {@value #MOST} one line that counts them.
   *
   * @param entries texts of one line each
   * @param noun what they are, in the plural
   */
  public static void warn(Logger log, List<?> entries, String noun) {
    entries.stream().limit(MOST).forEach(entry -> log.warn("{}", entry));
    if (entries.size() > MOST) {
      log.warn("and {} more {}", entries.size() - MOST, noun);
    }
  }
}
