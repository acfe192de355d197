package io.detour.server.access;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.detour.core.Address;
import io.detour.server.access.AccessControl.Authentication;
import io.detour.server.access.Authenticator.FailedAttempts;
import io.detour.server.access.UserFile.Users;
import io.detour.server.files.Fingerprint;
import io.netty.util.concurrent.ImmediateEventExecutor;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What an attacker can learn from how long an answer takes: nothing about who exists. */
@Timeout(120)
@Tag("campaign")
class AuthenticationTimeTest {
  /** Nobody's; it costs some 15 ms. */
  private static final String HASH = "$2y$08$dqvRZzRAjmnAXjCFYzCBMejXWWQMvWLMxH1gcGmr9gWsCLFXsSQGa";

  private static final int TIMES = 41;
  private static final double SPREAD = 0.05;

  private final Authenticator authenticator =
      new Authenticator(
          new UsersInForce(
              Path.of("htpasswd"),
              Fingerprint.NONE,
              new Users(Map.of("alice", hash(), "bob", hash())),
              System::nanoTime),
          new FailedAttempts(System::nanoTime),
          Runnable::run,
          PasswordHash::matches);

  private int clients;

  private static PasswordHash hash() {
    return PasswordHash.parse(HASH).orElseThrow();
  }

  @Test
  @DisplayName("L07: a user that does not exist costs what a wrong password does, within 5 %")
  void whoExistsCannotBeToldFromTheTime() throws Exception {
    List<String> pairs = List.of("alice:wrong", "bob:" + "x".repeat(60), "nobody:wrong", "n:");
    long[][] nanos = new long[pairs.size()][TIMES];
    for (int i = -10; i < TIMES; i++) {
      for (int pair = 0; pair < pairs.size(); pair++) {
        long took = processorNanos(pairs.get(pair));
        if (i >= 0) {
          nanos[pair][i] = took;
        }
      }
    }
    double[] medians = Arrays.stream(nanos).mapToDouble(AuthenticationTimeTest::median).toArray();
    double least = Arrays.stream(medians).min().orElseThrow();
    double most = Arrays.stream(medians).max().orElseThrow();
    assertThat(most / least - 1).as("spread of %s", Arrays.toString(medians)).isLessThan(SPREAD);
  }

  private static double median(long[] nanos) {
    Arrays.sort(nanos);
    return nanos[nanos.length / 2];
  }

  /** Each trial comes from another client, so that none is put off. */
  private long processorNanos(String pair) throws UnknownHostException {
    clients++;
    Address client =
        Address.of(
            InetAddress.getByAddress(new byte[] {10, 0, (byte) (clients >> 8), (byte) clients}));
    String field = "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(UTF_8));
    long begin = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    authenticator.authenticate(
        field,
        client,
        ImmediateEventExecutor.INSTANCE,
        answer -> assertThat(answer).isInstanceOf(Authentication.Refused.class));
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - begin;
  }
}
