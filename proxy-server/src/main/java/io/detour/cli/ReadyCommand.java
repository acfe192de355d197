package io.detour.cli;

import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code detour ready}: whether a running Detour accepts clients, for probes of containers. */
@Command(
    name = "ready",
    description = "Says whether a running Detour accepts clients, within two seconds.",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:it does", "1:it is paused, drains, or was not reached", "2:wrong usage"})
final class ReadyCommand implements Callable<Integer> {
  private static final Duration TIMEOUT = Duration.ofSeconds(2);

  @Mixin private AdminFlags admin = new AdminFlags();

  @Override
  public Integer call() throws InterruptedException {
    AdminClient client = admin.client(TIMEOUT);
    return client == null ? 1 : admin.print(client.get("/readyz"));
  }
}
