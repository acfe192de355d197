package io.detour.ops.ledger;

import io.detour.server.account.UseJournal;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;

/**
 * A process that tells a ledger of uses at the usual pace, and says how many, until it is killed.
 */
final class KilledWriter {
  private static final int EACH_MILLIS = 20;

  private KilledWriter() {}

  /**
   * Writes until it is killed.
   *
   * @param arguments the URL of the ledger
   */
  @SuppressWarnings("SystemOut") // read by the test
  public static void main(String[] arguments) throws InterruptedException {
    LedgerOptions options =
        LedgerOptions.defaults().withUrl(LedgerUrl.parse(arguments[0]).orElseThrow());
    Ledger ledger = Ledger.open(options, InstantSource.system());
    long now = InstantSource.system().instant().getEpochSecond();
    for (int told = 1; ; told++) {
      ledger.used(new UseJournal.Use("erp", "h" + told % 50, "c", null, null, null, now));
      System.out.println("told " + told);
      TimeUnit.MILLISECONDS.sleep(EACH_MILLIS);
    }
  }
}
