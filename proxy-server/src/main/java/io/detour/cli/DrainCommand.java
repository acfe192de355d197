package io.detour.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code detour drain}: has a running Detour accept no more clients, and end. */
@Command(
    name = "drain",
    description =
        "Has a running Detour accept no more clients, and end when the last one is gone or"
            + " timeouts.drain is over, as SIGTERM does. Does not wait for it.",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:it drains", "1:Detour was not reached", "2:wrong usage"})
public final class DrainCommand implements Callable<Integer> {
  @Mixin private AdminFlags admin = new AdminFlags();

  @Override
  public Integer call() throws InterruptedException {
    AdminClient client = admin.client();
    return client == null ? 1 : admin.print(client.post("/-/drain"));
  }
}
