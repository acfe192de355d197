package io.detour.server.parse.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("Q02")
class ConnectionLoginTest {
  @ParameterizedTest(name = "Authorization: {0} is a step: {1}, the first: {2}")
  @CsvSource({
    "NTLM TlRMTVNTUAABAAAAB4IIAA==,   true,  true",
    "ntlm  TlRMTVNTUAABAAAAB4IIAA==,  true,  true",
    "Negotiate TlRMTVNTUAABAAAAB4II,  true,  true",
    "Negotiate YIIFkgYGKwYBBQUC,      true,  true",
    "NTLM TlRMTVNTUAADAAAAGAAYAEgA,   true,  false",
    "Negotiate oYIBcTCCAW2gAwoBAKKC,  true,  false",
    "NEGOTIATE x,                     true,  false",
    "Negotiate,                       true,  false",
    "NTLM,                            true,  false",
    "Basic TlRMTVNTUAABAAAAB4IIAA==,  false, false",
    "NTLMv2 TlRMTVNTUAABAAAAB4IIAA==, false, false",
    "Bearer NTLM,                     false, false",
    "'',                              false, false",
  })
  void aRequestMayBeAStepOfOne(String credentials, boolean step, boolean first) {
    RequestHead request = Heads.request("Authorization", credentials);

    assertThat(ConnectionLogin.isIn(request)).isEqualTo(step);
    assertThat(ConnectionLogin.beginsWith(request)).isEqualTo(first);
    assertThat(ConnectionLogin.isIn(Heads.request("Proxy-Authorization", credentials))).isFalse();
  }

  @ParameterizedTest(name = "{0} with WWW-Authenticate: {1} asks for one: {2}")
  @CsvSource({
    "401, NTLM,                        true",
    "401, negotiate,                   true",
    "401, NTLM TlRMTVNTUAACAAAADAAM,   true",
    "401, 'Negotiate, NTLM',           true",
    "401, 'Basic realm=\"a\", NTLM', true",
    "401, 'Basic realm=\"NTLM\"',    false",
    "401, Basic,                       false",
    "401, Negotiated,                  false",
    "200, NTLM,                        false",
    "407, NTLM,                        false",
  })
  void aResponseMayAskForOne(int status, String challenge, boolean asks) {
    assertThat(ConnectionLogin.isAskedForBy(Heads.response(status, "WWW-Authenticate", challenge)))
        .isEqualTo(asks);
    assertThat(
            ConnectionLogin.isAskedForBy(
                Heads.response(
                    status, "WWW-Authenticate", "Digest", "www-authenticate", challenge)))
        .isEqualTo(asks);
  }
}
