package io.detour.server.dns;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class AddressCacheTest {
  private static final FamilyAnswers ONE =
      new FamilyAnswers(
          new Resolution.Addresses(List.of(InetAddress.ofLiteral("192.0.2.1"))),
          FamilyAnswers.NO_ADDRESS);

  private final AddressCache cache = new AddressCache();

  @Test
  void anAnswerIsKeptForItsTimeToLive() {
    cache.put("web.test", ONE, 60, 0);

    assertThat(cache.get("web.test", seconds(59))).isEqualTo(ONE);
    assertThat(cache.get("web.test", seconds(60))).isNull();
    assertThat(cache.size()).isZero();
  }

  @Test
  void theTimeToLiveIsBounded() {
    cache.put("web.test", ONE, 1_000_000, 0);

    assertThat(cache.get("web.test", seconds(AddressCache.MAX_TTL_SECONDS) - 1)).isEqualTo(ONE);
    assertThat(cache.get("web.test", seconds(AddressCache.MAX_TTL_SECONDS))).isNull();
  }

  @Test
  void anAnswerForThisOnceIsNotKept() {
    cache.put("web.test", ONE, 0, 0);

    assertThat(cache.size()).isZero();
  }

  @Test
  void aNameWithoutAnAddressIsNotKept() {
    FamilyAnswers nothing = new FamilyAnswers(NameResolver.NO_SUCH_NAME, NameResolver.NO_SUCH_NAME);

    cache.put("web.test", nothing, 60, 0);

    assertThat(cache.size()).isZero();
  }

  @Test
  void theNumberOfNamesIsBoundedAndWhatIsAskedForStays() {
    for (int i = 0; i < AddressCache.MAX_NAMES; i++) {
      cache.put("n" + i + ".test", ONE, 60, 0);
    }
    assertThat(cache.get("n0.test", 0)).isNotNull();

    cache.put("more.test", ONE, 60, 0);

    assertThat(cache.size()).isEqualTo(AddressCache.MAX_NAMES);
    assertThat(cache.get("n0.test", 0)).isNotNull();
    assertThat(cache.get("n1.test", 0)).isNull();
  }

  private static long seconds(long seconds) {
    return TimeUnit.SECONDS.toNanos(seconds);
  }
}
