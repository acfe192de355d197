package io.detour.server.parse.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.detour.core.HostPort;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ForwardedHeadsTest {
  private final ForwardedHeads heads = new ForwardedHeads(new ViaField("me"));

  private static ForwardRequest request(int minorVersion, Framing framing, String... lines) {
    ForwardTarget target = new ForwardTarget(host("asked.test:80"), "/p?q");
    return new ForwardRequest(
        new RequestHead("POST", "http://asked.test/p?q", minorVersion, new FieldLines(lines)),
        target,
        framing);
  }

  private static HostPort host(String text) {
    return HostPort.parse(text).orElseThrow();
  }

  @Test
  @DisplayName("F01 F07: Host first, then what came, then Via and the framing")
  void theRequestIsMadeAnew() {
    ForwardRequest request =
        request(
            1, new Framing.Length(5), "Host", "evil", "content-length", "5", "A", "b", "a", "c");

    assertThat(heads.request(request, host("new.test:8080"), RequestControls.UNLIMITED))
        .isEqualTo(
            new RequestHead(
                "POST",
                "/p?q",
                1,
                new FieldLines(
                    "Host",
                    "new.test:8080",
                    "A",
                    "b",
                    "a",
                    "c",
                    "Via",
                    "1.1 me",
                    "Content-Length",
                    "5")));
  }

  @ParameterizedTest(name = "F01: the Host of {0} is {1}")
  @CsvSource({"h.test:80,h.test", "h.test:81,h.test:81", "[::1]:80,[::1]", "[::1]:81,[::1]:81"})
  void thePortOfTheSchemeIsLeftOut(String address, String field) {
    RequestHead head =
        heads.request(request(1, new Framing.None()), host(address), RequestControls.UNLIMITED);

    assertThat(head.fields().first("Host")).isEqualTo(field);
  }

  @Test
  void anOldClientDoesNotWaitForAContinue() {
    RequestHead head =
        heads.request(
            request(0, new Framing.Length(1), "Expect", "100-continue"),
            host("h:80"),
            RequestControls.UNLIMITED);

    assertThat(head.minorVersion()).isEqualTo(1);
    assertThat(head.fields().contains("Expect")).isFalse();
    assertThat(head.fields().first("Via")).isEqualTo("1.0 me");
  }

  @Test
  @DisplayName("F09: Max-Forwards is told anew")
  void maxForwardsIsToldAnew() {
    RequestHead head =
        heads.request(request(1, new Framing.None(), "Max-Forwards", "007"), host("h:80"), 6);

    assertThat(head.fields().all("Max-Forwards")).containsExactly("6");
  }

  @Test
  @DisplayName("F04 F07: a response has our version, its own reason, Via and the framing")
  void theResponseIsMadeAnew() {
    ResponseHead origin =
        new ResponseHead(
            0, 200, "Fine", new FieldLines("Connection", "x", "X", "y", "Content-Length", "5"));

    assertThat(heads.response(origin, new Framing.Chunked(), true, true))
        .isEqualTo(
            new ResponseHead(
                1,
                200,
                "Fine",
                new FieldLines(
                    "Via", "1.0 me", "Transfer-Encoding", "chunked", "Connection", "close")));
  }

  @Test
  @DisplayName("F18: an interim response says nothing of framing or of the connection")
  void anInterimResponseHasNoFraming() {
    ResponseHead origin =
        new ResponseHead(1, 103, "", new FieldLines("Link", "a", "Content-Length", "5"));

    assertThat(heads.interim(origin).fields())
        .isEqualTo(new FieldLines("Link", "a", "Via", "1.1 me"));
  }
}
