package io.detour.server.parse.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EndToEndTest {
  private static final FieldLines REST = new FieldLines("Accept", "*/*", "accept", "a");

  /** What is passed on of the rest and these lines. */
  private static FieldLines passedOn(String... namesAndValues) {
    return EndToEnd.of(
            new FieldLines.Builder().addAll(REST).addAll(new FieldLines(namesAndValues)).build())
        .build();
  }

  @ParameterizedTest(name = "F04 F06: {0} is not passed on")
  @ValueSource(
      strings = {
        "Connection",
        "connection",
        "Keep-Alive",
        "KEEP-ALIVE",
        "Proxy-Connection",
        "TE",
        "te",
        "Transfer-Encoding",
        "Upgrade",
        "Proxy-Authorization",
        "Proxy-Authenticate",
        "Proxy-Authentication-Info",
        "Host",
        "Content-Length",
        "HTTP2-Settings"
      })
  void aFieldOfOneConnectionIsNotPassedOn(String name) {
    assertThat(passedOn(name, "x")).isEqualTo(REST);
    assertThat(passedOn(name, "x", name, "y")).isEqualTo(REST);
  }

  @ParameterizedTest(name = "F04: Connection: {0} takes X-Foo away")
  @ValueSource(
      strings = {
        "X-Foo",
        "x-foo",
        "close, X-Foo",
        "X-FOO,close",
        ",,X-Foo ,",
        "Keep-Alive,\tX-Foo",
        "X-Foo, X-Foo",
        "TE, Upgrade, X-Foo"
      })
  void whatConnectionNominatesIsNotPassedOn(String connection) {
    assertThat(passedOn("X-Foo", "1", "Connection", connection, "x-foo", "2")).isEqualTo(REST);
  }

  @Test
  @DisplayName("F04: each line of Connection nominates")
  void eachLineOfConnectionNominates() {
    assertThat(passedOn("A", "1", "B", "2", "Connection", "a", "connection", "b")).isEqualTo(REST);
  }

  @ParameterizedTest(name = "F05: Connection: {0} does not take it away")
  @ValueSource(
      strings = {
        "Via",
        "via",
        "Authorization",
        "Cache-Control",
        "Cookie",
        "Set-Cookie",
        "Content-Type",
        "Content-Encoding",
        "Content-Range",
        "Max-Forwards",
        "Expect",
        "X-Forwarded-For",
        "Forwarded",
        "Date",
        "If-Match",
        "Range",
        "Location",
        "Trailer"
      })
  void whatIsForAllRecipientsCannotBeNominated(String name) {
    assertThat(passedOn(name, "x", "Connection", "close, " + name).all(name)).containsExactly("x");
  }

  @ParameterizedTest(name = "F05: Connection: {0} harms nothing")
  @ValueSource(
      strings = {
        "host, content-length, via, authorization",
        "transfer-encoding",
        "connection",
        "",
        ",",
        "\"",
        "a b",
        "*",
        "Connection: close"
      })
  void oddNominationsHarmNothing(String connection) {
    assertThat(
            passedOn("Host", "h", "Content-Length", "5", "Via", "1.1 a", "Connection", connection))
        .isEqualTo(new FieldLines("Accept", "*/*", "accept", "a", "Via", "1.1 a"));
  }

  @ParameterizedTest(name = "F16: the trailer {0} is dropped")
  @ValueSource(
      strings = {
        "Content-Length",
        "content-length",
        "Transfer-Encoding",
        "Host",
        "Authorization",
        "Proxy-Authorization",
        "Proxy-Authenticate",
        "Connection",
        "TE",
        "Trailer",
        "Upgrade",
        "Content-Type",
        "Content-Encoding",
        "Content-Range",
        "Content-Anything",
        "Set-Cookie",
        "Cookie",
        "Cache-Control",
        "Expires",
        "Age",
        "Date",
        "Vary",
        "Location",
        "Expect",
        "Max-Forwards",
        "Range",
        "If-Match",
        "Via",
        "WWW-Authenticate",
        "Keep-Alive",
        "Proxy-Connection",
        "X-Forwarded-For",
        "Forwarded",
        "Retry-After",
        "Access-Control-Allow-Origin",
        "Proxy-Status"
      })
  void aTrailerThatBelongsIntoAHeadIsDropped(String name) {
    assertThat(EndToEnd.trailers(new FieldLines("X-Sum", "7", name, "x")))
        .isEqualTo(new FieldLines("X-Sum", "7"));
  }

  @ParameterizedTest(name = "F16: the trailer {0} is kept in the trailer section")
  @ValueSource(
      strings = {
        "X-Sum",
        "grpc-status",
        "ETag",
        "Server-Timing",
        "Content-Digest",
        "Repr-Digest",
        "Content-MD5",
        "X"
      })
  void otherTrailersArePassedOn(String name) {
    FieldLines trailers = new FieldLines(name, "a", name, "b");

    assertThat(EndToEnd.trailers(trailers)).isEqualTo(trailers);
    assertThat(EndToEnd.trailers(FieldLines.NONE)).isSameAs(FieldLines.NONE);
  }
}
