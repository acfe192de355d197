package io.detour.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code detour reload}: has a running Detour read its rules again, and says what came of it. */
@Command(
    name = "reload",
    description = "Has a running Detour read its rules again.",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:the rules were read and are in force",
      "1:they have problems, or Detour was not reached",
      "2:wrong usage"
    })
final class ReloadCommand implements Callable<Integer> {
  @Mixin private AdminFlags admin = new AdminFlags();

  @Override
  public Integer call() throws InterruptedException {
    AdminClient client = admin.client();
    return client == null ? 1 : admin.print(client.post("/-/reload"));
  }
}
