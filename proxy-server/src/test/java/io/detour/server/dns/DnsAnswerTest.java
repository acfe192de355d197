package io.detour.server.dns;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.dns.DefaultDnsRawRecord;
import io.netty.handler.codec.dns.DefaultDnsResponse;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.handler.codec.dns.DnsResponse;
import io.netty.handler.codec.dns.DnsResponseCode;
import io.netty.handler.codec.dns.DnsSection;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What responses mean. */
class DnsAnswerTest {
  private final DnsResponse response = new DefaultDnsResponse(1);

  @AfterEach
  void release() {
    response.release();
  }

  @Test
  void addressesHoldForTheShortestTime() {
    address("web.test.", 60, "192.0.2.1");
    address("web.test.", 30, "192.0.2.2");

    assertThat(read("web.test.")).isEqualTo(found(30, "192.0.2.1", "192.0.2.2"));
  }

  @Test
  void lettersOfBothCasesAreTheSame() {
    address("WeB.tEsT.", 60, "192.0.2.1");

    assertThat(read("web.test.")).isEqualTo(found(60, "192.0.2.1"));
  }

  @Test
  void addressesOfOtherNamesAreNotTaken() {
    address("other.test.", 60, "192.0.2.1");
    record("web.test.", DnsRecordType.TXT, 60, new byte[] {1, 'x'});

    assertThat(read("web.test.")).isEqualTo(new DnsAnswer.Absent(true, 0));
  }

  @Test
  void recordsThatAreNoAddressAreNotTaken() {
    record("web.test.", DnsRecordType.A, 60, new byte[] {1, 2, 3});

    assertThat(read("web.test.")).isEqualTo(new DnsAnswer.Absent(true, 0));
  }

  @Test
  void noMoreAddressesAreTakenThanAnybodyTries() {
    for (int i = 0; i < 100; i++) {
      address("web.test.", 60, "192.0.2." + i);
    }

    assertThat(((DnsAnswer.Found) read("web.test.")).addresses()).hasSize(DnsAnswer.MAX_ADDRESSES);
  }

  @Test
  void aliasesInAnyOrderLeadToAddressesAndShortenTheirTime() {
    address("host.test.", 60, "192.0.2.1");
    alias("web.test.", 10, "host.test");
    alias("www.test.", 20, "Web.Test");

    assertThat(read("www.test.")).isEqualTo(found(10, "192.0.2.1"));
  }

  @Test
  void anAliasWithoutAnAddressIsToBeAskedFor() {
    alias("www.test.", 20, "web.test");
    alias("web.test.", 10, "host.test");

    assertThat(read("www.test.")).isEqualTo(new DnsAnswer.Alias("host.test.", 10));
  }

  @Test
  void anAliasOfANameWithoutAnAddressIsNone() {
    alias("www.test.", 20, "web.test");
    startOfAuthority(300, 60);

    assertThat(read("www.test.")).isEqualTo(new DnsAnswer.Absent(true, 20));
  }

  @Test
  void aliasesOfEachOtherEnd() {
    alias("a.test.", 20, "b.test");
    alias("b.test.", 20, "a.test");

    assertThat(read("a.test.")).isInstanceOfAny(DnsAnswer.Alias.class, DnsAnswer.Absent.class);
  }

  @Test
  void thatThereIsNothingHoldsForTheTimeOfTheAuthority() {
    startOfAuthority(300, 60);

    assertThat(read("web.test.")).isEqualTo(new DnsAnswer.Absent(true, 60));
  }

  @Test
  void theAuthoritysOwnTimeBoundsIt() {
    startOfAuthority(30, 60);
    response.setCode(DnsResponseCode.NXDOMAIN);

    assertThat(read("web.test.")).isEqualTo(new DnsAnswer.Absent(false, 30));
  }

  @Test
  void aFailureIsOne() {
    response.setCode(DnsResponseCode.SERVFAIL);

    assertThat(read("web.test.")).isEqualTo(new DnsAnswer.Failed(DnsResponseCode.SERVFAIL));
  }

  private DnsAnswer read(String name) {
    return DnsAnswer.of(response, name, DnsRecordType.A);
  }

  private static DnsAnswer found(long ttl, String... addresses) {
    return new DnsAnswer.Found(
        List.of(addresses).stream().map(InetAddress::ofLiteral).toList(), ttl);
  }

  private void address(String owner, int ttl, String address) {
    record(owner, DnsRecordType.A, ttl, InetAddress.ofLiteral(address).getAddress());
  }

  private void alias(String owner, int ttl, String target) {
    ByteBuf name = Unpooled.buffer();
    for (String label : target.split("\\.", -1)) {
      name.writeByte(label.length()).writeBytes(label.getBytes(StandardCharsets.US_ASCII));
    }
    response.addRecord(
        DnsSection.ANSWER,
        new DefaultDnsRawRecord(owner, DnsRecordType.CNAME, ttl, name.writeByte(0)));
  }

  private void record(String owner, DnsRecordType type, int ttl, byte[] data) {
    response.addRecord(
        DnsSection.ANSWER, new DefaultDnsRawRecord(owner, type, ttl, Unpooled.wrappedBuffer(data)));
  }

  /** Two names (the root), then serial, refresh, retry, expire and minimum. */
  private void startOfAuthority(int ttl, int minimum) {
    ByteBuf data = Unpooled.buffer().writeShort(0).writeZero(16).writeInt(minimum);
    response.addRecord(
        DnsSection.AUTHORITY, new DefaultDnsRawRecord("test.", DnsRecordType.SOA, ttl, data));
  }
}
