package io.detour.ops.certificates;

import static org.assertj.core.api.Assertions.assertThat;

import io.detour.core.Host;
import io.netty.pkitesting.X509Bundle;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CertifiedNamesTest {
  @ParameterizedTest(name = "{0} covers {1}: {2}")
  @CsvSource({
    "erp.old.example.com,   erp.old.example.com,   true",
    "ERP.Old.Example.COM,   erp.old.example.com,   true",
    "erp.new.example.com,   erp.old.example.com,   false",
    "old.example.com,       erp.old.example.com,   false",
    "erp.old.example.com.,  erp.old.example.com,   false",
    "*.old.example.com,     erp.old.example.com,   true",
    "*.OLD.example.com,     a_b.old.example.com,   true",
    "*.old.example.com,     old.example.com,       false",
    "*.old.example.com,     a.erp.old.example.com, false",
    "*.old.example.com,     erp.bold.example.com,  false",
    "*.*.example.com,       erp.old.example.com,   false",
    "erp.*.example.com,     erp.old.example.com,   false",
    "e*.old.example.com,    erp.old.example.com,   false",
    "*p.old.example.com,    erp.old.example.com,   false",
    "**.old.example.com,    erp.old.example.com,   false",
    "*old.example.com,      old.example.com,       false",
    "*,                     intranet,              false",
    "*.,                    intranet,              false",
    "*.com,                 example.com,           false",
    "*.corp,                wiki.corp,             false",
    "'',                    erp.old.example.com,   false",
    "192.0.2.1,             192.0.2.1,             false",
    "*.0.2.1,               192.0.2.1,             false",
    "xn--bcher-kva.example, xn--bcher-kva.example, true",
    "*.example.org,         xn--bcher-kva.example.org, true",
  })
  void aDnsNameCoversWhatRfc9525Says(String presented, String host, boolean covered) {
    CertifiedNames names = new CertifiedNames(List.of(presented), List.of());
    assertThat(names.covering(host(host))).isEqualTo(covered ? presented : null);
  }

  @ParameterizedTest(name = "{0} covers {1}: {2}")
  @CsvSource({
    "192.0.2.1,         192.0.2.1,   true",
    "192.0.2.1,         192.0.2.10,  false",
    "2001:db8:0:0:0:0:0:1, 2001:db8::1, true",
    "2001:db8:0:0:0:0:0:1, 2001:db8::2, false",
    "erp.example.com,   erp.example.com, false",
  })
  void anAddressCoversItself(String presented, String host, boolean covered) {
    CertifiedNames names = new CertifiedNames(List.of(), List.of(presented));
    assertThat(names.covering(host(host))).isEqualTo(covered ? presented : null);
  }

  @Test
  void namesAndAddressesAreReadAndTheCommonNameIsNot() throws Exception {
    X509Bundle bundle =
        Certificates.selfSigned(
            Certificates.valid()
                .subject("CN=cn.example.com")
                .addSanDnsName("a.example.com")
                .addSanRfc822Name("admin@mail.example.com")
                .addSanIpAddress("192.0.2.7")
                .addSanIpAddress("2001:db8::7")
                .addSanDnsName("b.example.com"));

    CertifiedNames names = CertifiedNames.of(bundle.getCertificate());

    assertThat(names.dnsNames()).containsExactly("a.example.com", "b.example.com");
    assertThat(names.all()).hasSize(4).doesNotContain("cn.example.com");
    assertThat(names.covering(host("cn.example.com"))).isNull();
    assertThat(names.covering(host("192.0.2.7"))).isEqualTo("192.0.2.7");
    assertThat(names.covering(host("2001:db8::7"))).isNotNull();
  }

  @Test
  void aCertificateWithoutAlternativeNamesCoversNothing() throws Exception {
    X509Bundle bundle =
        Certificates.selfSigned(Certificates.valid().subject("CN=erp.old.example.com"));

    CertifiedNames names = CertifiedNames.of(bundle.getCertificate());

    assertThat(names.all()).isEmpty();
    assertThat(names.covering(host("erp.old.example.com"))).isNull();
  }

  private static Host host(String text) {
    return Host.parse(text).orElseThrow();
  }
}
