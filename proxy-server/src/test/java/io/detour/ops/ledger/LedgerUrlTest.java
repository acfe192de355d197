package io.detour.ops.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import io.detour.core.Parsed;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LedgerUrlTest {
  @ParameterizedTest(name = "{0} is shown as {1}")
  @CsvSource({
    "auto, auto",
    "off, off",
    "jdbc:sqlite:/var/lib/detour/ledger.db, jdbc:sqlite:/var/lib/detour/ledger.db",
    "jdbc:sqlite:ledger.db, jdbc:sqlite:ledger.db",
    "jdbc:postgresql://db.example/detour, jdbc:postgresql://db.example/detour",
    "jdbc:postgresql://[::1]:5433/detour, jdbc:postgresql://[::1]:5433/detour",
    "'jdbc:postgresql://a,b:1/d', 'jdbc:postgresql://a,b:1/d'",
    "jdbc:postgresql://jo:s%40cret@db:5432/d, jdbc:postgresql://***@db:5432/d",
    "jdbc:postgresql://db/d?user=jo&password=s%26cret&ssl=true,"
        + " jdbc:postgresql://db/d?user=***&password=***&ssl=true",
    "jdbc:postgresql://db/d?sslpassword=secret, jdbc:postgresql://db/d?sslpassword=***",
  })
  void itIsShownWithoutCredentials(String text, String shown) {
    assertThat(LedgerUrl.parse(text).orElseThrow()).hasToString(shown);
    assertThat(LedgerOptions.defaults().withUrl(LedgerUrl.parse(text).orElseThrow()).toString())
        .doesNotContain("cret");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "Auto",
        "/var/lib/ledger.db",
        "mysql://secret@h/d",
        "jdbc:sqlite:",
        "jdbc:sqlite::memory:",
        "jdbc:sqlite:file:x",
        "jdbc:sqlite:/x?password=secret",
        "jdbc:sqlite:/x\0secret",
        "jdbc:postgresql:detour",
        "jdbc:postgresql://db",
        "jdbc:postgresql://db/",
        "jdbc:postgresql:///d",
        "jdbc:postgresql://db:99999/d",
        "jdbc:postgresql://db:/d",
        "jdbc:postgresql://d b/d",
        "jdbc:postgresql://:secret@db/d",
        "jdbc:postgresql://jo:sec/ret@db/d",
        "jdbc:postgresql://jo:sec ret@db/d",
        "jdbc:postgresql://***@db/d",
        "jdbc:postgresql://db/d?password=***",
        "jdbc:postgresql://db/d?secret",
        "jdbc:postgresql://db/d?password=secret#x",
        "jdbc:postgresql://db/d?password=sec%ret",
      })
  void whatIsNoUrlIsRefusedWithoutShowingIt(String text) {
    assertThat(LedgerUrl.parse(text)).isInstanceOf(Parsed.Malformed.class);
    assertThat(LedgerUrl.parse(text).toString()).doesNotContain("secret").doesNotContain("ret@");
  }

  @Test
  void theDriverGetsTheCredentialsDecoded() {
    PostgresqlUrl url =
        (PostgresqlUrl)
            LedgerUrl.parse("jdbc:postgresql://jo+x:s%40c%3Aret@db/d?ssl=true").orElseThrow();

    assertThat(url.driverUrl()).isEqualTo("jdbc:postgresql://db/d?ssl=true");
    assertThat(url.driverProperties()).isEqualTo(Map.of("user", "jo+x", "password", "s@c:ret"));
    assertThat(url.masked("no s@c:ret and no s%40c%3Aret here"))
        .isEqualTo("no *** and no *** here");
  }

  @ParameterizedTest(name = "STATE_DIRECTORY={0} XDG_STATE_HOME={1} home {2}: {3}")
  @CsvSource({
    "/var/lib/detour, /x, /home/jo, jdbc:sqlite:/var/lib/detour/ledger.db",
    "/var/lib/a:/var/lib/b, '', /home/jo, jdbc:sqlite:/var/lib/a/ledger.db",
    "'', /x, /home/jo, jdbc:sqlite:/x/detour/ledger.db",
    "'', relative, /home/jo, jdbc:sqlite:/home/jo/.local/state/detour/ledger.db",
    "'', '', /home/jo, jdbc:sqlite:/home/jo/.local/state/detour/ledger.db",
    "'', '', ?, auto",
  })
  void theUsualPlaceComesFromTheEnvironment(
      String state, String xdg, String home, String expected) {
    assertThat(
            new LedgerUrl.Automatic()
                .resolved(Map.of("STATE_DIRECTORY", state, "XDG_STATE_HOME", xdg), home))
        .hasToString(expected);
  }

  @Test
  void withoutAnyFolderThereIsAReason() {
    assertThat(new LedgerUrl.Automatic().resolved(Map.of(), null))
        .isInstanceOf(LedgerUrl.Unusable.class);
  }
}
