package io.detour.server.accept;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.detour.server.decide.RecordedLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DescriptorBudgetTest {
  @TempDir private Path proc;

  @DisplayName("O02 limits that do not fit into the descriptors are lowered to what does")
  @ParameterizedTest(name = "{1} of {0} descriptors used: {2} tunnels become {3}")
  @CsvSource({
    "1048576, 100,  20000, 20000",
    "65536,   100,  20000, 20000",
    "1024,    100,  20000, 274",
    "256,     100,  20000, 32",
    "256,     100,  10,    10",
    "1024,    100,  274,   274",
    "1024,    100,  275,   274",
    "1048576, 100,  -1,    20000",
    "1024,    100,  -1,    274",
  })
  void limitsAreLowered(long limit, long used, int wanted, int fitting) throws IOException {
    assertThat(new DescriptorBudget(limit, used).fit(new ClientLimits(wanted, 7)))
        .isEqualTo(new ClientLimits(fitting, 7));
  }

  @Test
  @DisplayName("O02 what the message says to set is enough, and hardly more")
  void whatTheMessageSaysIsEnough() throws IOException {
    ClientLimits wanted = new ClientLimits(20_000, 7);
    assertThatThrownBy(() -> new DescriptorBudget(160, 100).fit(wanted))
        .isInstanceOf(IOException.class)
        .hasMessage(
            "limits.tunnels: 20000 do not fit into 160 descriptors, and not even 8 do (expected:"
                + " LimitNOFILE=63491 in the unit, or ulimit -n)");
    assertThat(new DescriptorBudget(63_491, 100).fit(wanted)).isEqualTo(wanted);
    assertThat(new DescriptorBudget(63_470, 100).fit(wanted).tunnels()).isLessThan(20_000);
  }

  @DisplayName("a lookup has its sockets even if no other descriptor is left to all loops")
  @ParameterizedTest(name = "{0} descriptors, {1} loops")
  @CsvSource({"256, 1", "1024, 1", "1024, 8", "4096, 3", "65536, 4", "1048576, 64"})
  void whatIsLookedUpAtOnceFitsToo(long limit, int loops) throws IOException {
    int base = 50;
    ClientLimits fitting =
        new DescriptorBudget(limit, base + DescriptorBudget.PER_LOOP * (long) loops)
            .fit(ClientLimits.defaults());
    int tunnels = fitting.tunnels();

    long dns = (long) loops * DescriptorBudget.dnsSockets(fitting, loops);

    assertThat(dns).isGreaterThanOrEqualTo(tunnels / 4);
    assertThat(2L * tunnels + dns + DescriptorBudget.refusals(tunnels) + base)
        .isLessThanOrEqualTo(limit - limit / 4);
  }

  @Test
  void onlyANumberThatWasAskedForIsWarnedOf() throws IOException {
    try (RecordedLog log = RecordedLog.of(DescriptorBudget.class)) {
      DescriptorBudget budget = new DescriptorBudget(1024, 100);
      var _ = budget.fit(ClientLimits.defaults());
      var _ = budget.fit(new ClientLimits(20_000, 7));

      assertThat(log.lines())
          .extracting(line -> line.split(" ", 2)[0])
          .containsExactly("INFO", "WARN");
    }
  }

  @Test
  void theLimitIsThatOfTheProcess() throws IOException {
    Path self = Files.createDirectory(proc.resolve("self"));
    Files.createDirectory(self.resolve("fd"));
    Files.writeString(
        self.resolve("limits"),
        """
        Limit                     Soft Limit           Hard Limit           Units
        Max processes             7823                 7823                 processes
        Max open files            256                  4096                 files
        """);
    assertThat(DescriptorBudget.fit(proc, new ClientLimits(1000, 5), 2, 32).tunnels())
        .isEqualTo(41);
  }

  @Test
  void whereNothingIsKnownEverythingFits() throws IOException {
    ClientLimits wanted = new ClientLimits(1000, 5);
    assertThat(DescriptorBudget.fit(proc, wanted, 2, 32)).isEqualTo(wanted);
    assertThat(DescriptorBudget.fit(proc, ClientLimits.defaults(), 2, 32).tunnels())
        .isEqualTo(20_000);
  }
}
