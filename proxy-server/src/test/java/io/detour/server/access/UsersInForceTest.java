package io.detour.server.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.detour.server.access.UserFile.Users;
import io.detour.server.files.Fingerprint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UsersInForceTest {
  private static final String HASH = "$2y$05$bF/3nJKD.HBUuLeWF09TQ.N6OYKc6p6SA4O4RxM3ACKWWaHByh.C2";

  @TempDir private Path folder;

  @SuppressWarnings("NullAway.Init") // set before each test
  private Path file;

  @SuppressWarnings("NullAway.Init") // set before each test
  private UsersInForce users;

  @BeforeEach
  void read() throws IOException {
    file = Files.writeString(folder.resolve("htpasswd"), "alice:" + HASH);
    users =
        new UsersInForce(
            file, Fingerprint.of(List.of(file)), (Users) UserFile.load(file), System::nanoTime);
  }

  @Test
  void aFileThatHasNotChangedIsNotReadAgain() {
    UsersInForce.Snapshot before = users.current();
    users.look();
    users.look();

    assertThat(users.current()).isSameAs(before);
  }

  @Test
  void whoIsLoggedInStaysSoWhenAReloadFindsTheFileAsItWas() throws IOException {
    UsersInForce.Snapshot before = users.current();
    users.read();
    assertThat(users.current()).isSameAs(before);

    Files.writeString(file, "alice:" + HASH + "\nbob:" + HASH);
    users.read();
    assertThat(users.current().users().count()).isEqualTo(2);
  }

  @Test
  void aChangedFileIsReadOnceItLooksTheSameTwice() throws IOException {
    UsersInForce.Snapshot before = users.current();
    Files.writeString(file, "alice:" + HASH + "\nbob:" + HASH);
    users.look();
    assertThat(users.current()).isSameAs(before);
    users.look();

    assertThat(users.current().users().count()).isEqualTo(2);
    assertThat(users.current().accepted()).isNotSameAs(before.accepted());
  }

  @Test
  @Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void aPipeInItsPlaceKeepsTheUsersAndHoldsNothingUp() throws Exception {
    Files.delete(file);
    Process mkfifo = new ProcessBuilder("mkfifo", file.toString()).inheritIO().start();
    assertThat(mkfifo.waitFor(10, TimeUnit.SECONDS)).isTrue();
    users.look();
    users.look();
    assertThat(users.current().users().hash("alice")).isNotNull();

    Files.delete(file);
    Files.writeString(file, "bob:" + HASH);
    users.look();
    users.look();
    assertThat(users.current().users().hash("bob")).isNotNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "bob:secret", "bob"})
  void aBrokenFileKeepsTheUsersUntilItIsRepaired(String broken) throws IOException {
    Files.writeString(file, broken);
    users.look();
    users.look();
    assertThat(users.current().users().hash("alice")).isNotNull();

    Files.writeString(file, "bob:" + HASH + "\ncarol:" + HASH + '\n');
    users.look();
    users.look();
    assertThat(users.current().users().hash("alice")).isNull();
    assertThat(users.current().users().hash("bob")).isNotNull();
  }

  @Test
  void aFileThatIsGoneKeepsTheUsers() throws IOException {
    Files.delete(file);
    users.look();
    users.look();

    assertThat(users.current().users().hash("alice")).isNotNull();
  }
}
