package io.detour.server.access;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.Charset;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("D10: credentials in Proxy-Authorization")
class CredentialsTest {
  @ParameterizedTest
  @CsvSource({
    "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==, Aladdin, open sesame",
    "basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==, Aladdin, open sesame",
    "BASIC  dGVzdDoxMjPCow==, test, 123£",
    "Basic YTpiOmM=, a, b:c",
    "Basic YTo=, a, ''",
  })
  void basicCredentialsAreRead(String value, String user, String password) {
    assertThat(Credentials.parse(value)).isEqualTo(new Credentials(user, password));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "Basic",
        "Basic ",
        "Basic\tYTpi",
        " Basic YTpi",
        "Basic YTpi ",
        "Basic YTpi, Basic YTpi",
        "Basic YTpi=",
        "Basic YTo",
        "Basic YT-_",
        "Basic Y Tpi",
        "Basic ====",
        "Basic user=a",
        "Bearer YTpi",
        "Digest username=\"a\"",
        "BasicYTpi",
        "Basic YTpi\n",
      })
  void anythingElseIsNone(String value) {
    assertThat(Credentials.parse(value)).isNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"no colon", ":no name", "a:\u0000", "a\nb:c", "a:b\u007f", "a:\u0085"})
  void neitherColonNorNameMayBeMissingAndNothingIsAControlCharacter(String text) {
    assertThat(Credentials.parse("Basic " + base64(text.getBytes(UTF_8)))).isNull();
  }

  @Test
  @Tag("Q10")
  void theyAreUtf8OrElseIso88591() {
    for (Charset charset : List.of(UTF_8, ISO_8859_1)) {
      assertThat(Credentials.parse("Basic " + base64("é:ü".getBytes(charset))))
          .isEqualTo(new Credentials("é", "ü"));
    }
    assertThat(Credentials.parse("Basic " + base64("Ã©:ü".getBytes(UTF_8))))
        .as("what is UTF-8 is not read otherwise")
        .isEqualTo(new Credentials("Ã©", "ü"));
    assertThat(Credentials.parse("Basic " + base64("a:é\u0085".getBytes(ISO_8859_1))))
        .as("no control character")
        .isNull();
  }

  @Test
  void noneIsLongerThan255Bytes() {
    String longest = "x".repeat(Credentials.MAX_BYTES);

    assertThat(parse(longest + ':' + longest)).isEqualTo(new Credentials(longest, longest));
    assertThat(parse(longest + "x:y")).isNull();
    assertThat(parse("y:x" + longest)).isNull();
    assertThat(parse("y:" + "é".repeat(128))).isNull();
  }

  @Test
  void theirTextShowsNeither() {
    assertThat(new Credentials("alice", "secret").toString())
        .doesNotContain("alice")
        .doesNotContain("secret");
  }

  private static @Nullable Credentials parse(String text) {
    return Credentials.parse("Basic " + base64(text.getBytes(UTF_8)));
  }

  private static String base64(byte[] bytes) {
    return Base64.getEncoder().encodeToString(bytes);
  }
}
