package io.detour.server.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.detour.core.Address;
import io.detour.server.access.AcceptedCredentials.Login;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("L07: what was right is remembered for the clients that sent it")
class AcceptedCredentialsTest {
  private static final int RIGHT = -1;

  private final AtomicLong nanoTime = new AtomicLong(Long.MAX_VALUE - 5);
  private final AcceptedCredentials accepted = new AcceptedCredentials(nanoTime::get);

  @Test
  void onlyTheClientThatSentThemIsLoggedIn() {
    accepted.add(login("alice", RIGHT, 1));

    assertThat(accepted.isLoggedIn(login("alice", RIGHT, 1))).isTrue();
    assertThat(accepted.isLoggedIn(login("alice", RIGHT, 2))).isFalse();
    assertThat(accepted.isLoggedIn(login("alice", 0, 1))).isFalse();
    assertThat(accepted.isLoggedIn(login("bob", RIGHT, 1))).isFalse();
  }

  @Test
  void anotherClientLogsInWithTheSameCredentialsAlone() {
    accepted.add(login("alice", RIGHT, 1));
    assertThat(accepted.logIn(login("alice", 0, 2))).isFalse();
    assertThat(accepted.logIn(login("bob", RIGHT, 2))).isFalse();
    assertThat(accepted.isLoggedIn(login("alice", RIGHT, 2))).isFalse();

    assertThat(accepted.logIn(login("alice", RIGHT, 2))).isTrue();
    assertThat(accepted.isLoggedIn(login("alice", RIGHT, 2))).isTrue();
  }

  @Test
  void tenDifferentMissesAreTooManyForTheUserAtThatClient() {
    accepted.add(login("alice", RIGHT, 1));
    accepted.add(login("alice", RIGHT, 2));
    accepted.add(login("bob", RIGHT, 1));
    for (int i = 0; i < AcceptedCredentials.MAX_MISSES - 1; i++) {
      accepted.miss(login("alice", i, 1));
      accepted.miss(login("alice", i, 1));
      accepted.miss(login("alice", 0, 1));
    }
    assertThat(accepted.isLoggedIn(login("alice", RIGHT, 1))).isTrue();
    accepted.miss(login("alice", AcceptedCredentials.MAX_MISSES, 1));

    assertThat(accepted.isLoggedIn(login("alice", RIGHT, 1))).isFalse();
    assertThat(accepted.isLoggedIn(login("alice", RIGHT, 2))).isTrue();
    assertThat(accepted.isLoggedIn(login("bob", RIGHT, 1))).isTrue();
  }

  @Test
  void missesAreForgottenWithTheCredentialsAndNotBefore() {
    accepted.add(login("alice", RIGHT, 1));
    for (int i = 0; i < 2 * AcceptedCredentials.MAX_MISSES; i++) {
      accepted.miss(login("alice", i, 1));
    }
    accepted.add(login("alice", RIGHT, 1));
    assertThat(accepted.logIn(login("alice", RIGHT, 1))).isTrue();
    assertThat(accepted.isLoggedIn(login("alice", RIGHT, 1))).isFalse();

    nanoTime.addAndGet(AcceptedCredentials.LIFETIME.toNanos());
    assertThat(accepted.logIn(login("alice", RIGHT, 1))).isFalse();
    accepted.add(login("alice", RIGHT, 1));
    assertThat(accepted.isLoggedIn(login("alice", RIGHT, 1))).isTrue();
  }

  @Test
  void onlySoManyClientsOfAUserAreLoggedIn() {
    int most = AcceptedCredentials.MAX_CLIENTS_PER_USER;
    for (int client = 0; client <= most; client++) {
      accepted.add(login("alice", RIGHT, client));
    }

    assertThat(accepted.isLoggedIn(login("alice", RIGHT, most - 1))).isTrue();
    assertThat(accepted.isLoggedIn(login("alice", RIGHT, most))).isFalse();
    assertThat(accepted.logIn(login("alice", RIGHT, most))).isTrue();
    assertThat(accepted.isLoggedIn(login("alice", RIGHT, most))).isFalse();
  }

  @Test
  void onlySoManyUsersAreRememberedUntilSomeAreForgotten() {
    for (int i = 0; i < AcceptedCredentials.MAX_USERS; i++) {
      accepted.add(login("user" + i, RIGHT, 1));
    }
    accepted.add(login("alice", RIGHT, 1));
    assertThat(accepted.logIn(login("alice", RIGHT, 1))).isFalse();
    assertThat(accepted.logIn(login("user0", RIGHT, 1))).isTrue();

    nanoTime.addAndGet(AcceptedCredentials.LIFETIME.toNanos());
    accepted.add(login("alice", RIGHT, 1));
    assertThat(accepted.logIn(login("alice", RIGHT, 1))).isTrue();
  }

  private static Login login(String user, int password, int client) {
    return new Login(
        user, ByteBuffer.allocate(32).putInt(4, password), new Address(0x2001, client));
  }
}
