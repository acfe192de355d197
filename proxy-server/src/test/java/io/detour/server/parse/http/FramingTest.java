package io.detour.server.parse.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FramingTest {
  /** Lines of a table: CL and TE are short for the names, several stand between bars. */
  private static FieldLines lines(String text) {
    List<String> lines = new ArrayList<>();
    for (String line : text.isEmpty() ? new String[0] : text.split("\\|", -1)) {
      int colon = line.indexOf(':');
      lines.add(
          switch (line.substring(0, colon)) {
            case "CL" -> "Content-Length";
            case "cl" -> "content-length";
            case "TE" -> "Transfer-Encoding";
            case "te" -> "transfer-encoding";
            case String other -> other;
          });
      lines.add(line.substring(colon + 1).strip());
    }
    return new FieldLines(lines.toArray(String[]::new));
  }

  private static Received.Settled<Framing> ofRequest(int minorVersion, String lines) {
    return Framing.ofRequest(new RequestHead("POST", "http://h/", minorVersion, lines(lines)));
  }

  private static Received.Settled<Framing> ofResponse(String method, int status, String lines) {
    return Framing.ofResponse(method, new ResponseHead(1, status, "", lines(lines)));
  }

  /** A framing or the status in the words of a table. */
  private static String told(Received.Settled<Framing> framing) {
    return switch (framing) {
      case Received.Complete(Framing.None(long declared)) ->
          declared < 0 ? "none" : "none of " + declared;
      case Received.Complete(Framing.Length(long bytes)) -> Long.toString(bytes);
      case Received.Complete(Framing.Chunked()) -> "chunked";
      case Received.Complete(Framing.UntilClose()) -> "close";
      case Received.Malformed(MalformedMessage message) -> "status " + message.status();
    };
  }

  @ParameterizedTest(name = "F10-F14: a request with {0} is framed: {1}")
  @CsvSource(
      quoteCharacter = '\'',
      delimiter = '/',
      value = {
        "''                                  / none",
        "CL: 0                               / 0",
        "CL: 5                               / 5",
        "cl:005                              / 5",
        "CL: 9223372036854775807             / 9223372036854775807",
        "CL: 5|cl: 5                         / 5",
        "CL: 5|CL: 5|cl: 005                 / 5",
        "CL: 5, 5                            / status 400",
        "CL: 5,5|CL: 5                       / status 400",
        "TE: chunked                         / chunked",
        "TE: CHUNKED                         / chunked",
        "te: cHuNkEd                         / chunked",
        "Transfer-Encodings: x|CL: 5         / 5",
        "CL: 5|TE: chunked                   / status 400",
        "TE: chunked|CL: 5                   / status 400",
        "CL: 0|TE: chunked                   / status 400",
        "CL: 5|TE: identity                  / status 400",
        "CL: x|TE: chunked                   / status 400",
        "CL:|TE:                             / status 400",
        "TE: chunked, xchunked               / status 400",
        "TE: xchunked                        / status 400",
        "TE: ,chunked                        / status 400",
        "TE: chunked,                        / status 400",
        "TE: chunked, chunked                / status 400",
        "TE: identity                        / status 400",
        "TE: identity, chunked               / status 501",
        "TE: gzip                            / status 400",
        "TE: gzip, chunked                   / status 501",
        "TE: gzip,chunked                    / status 501",
        "TE: chunked, gzip                   / status 400",
        "TE: chunked, gzip, chunked          / status 400",
        "TE: chunked;a=b                     / status 400",
        "TE: chunked;q=0                     / status 400",
        "TE: gzip;a=b, chunked               / status 400",
        "TE: \"chunked\"                     / status 400",
        "TE: chunked chunked                 / status 400",
        "TE: x chunked                       / status 400",
        "TE: x\u000bchunked                  / status 400",
        "TE: \u00a0chunked                   / status 400",
        "TE:                                 / status 400",
        "TE: ,                               / status 400",
        "TE: chunked|TE: chunked             / status 400",
        "TE: chunked|te: identity            / status 400",
        "TE: gzip|TE: chunked                / status 400",
        "TE:|TE: chunked                     / status 400",
        "CL: 5|CL: 6                         / status 400",
        "CL: 5, 6                            / status 400",
        "CL: 5|CL: 5, 6                      / status 400",
        "CL: 5|CL:                           / status 400",
        "CL:                                 / status 400",
        "CL: ,                               / status 400",
        "CL: 5,                              / status 400",
        "CL: ,5                              / status 400",
        "CL: 5,,5                            / status 400",
        "CL: +3                              / status 400",
        "CL: -1                              / status 400",
        "CL: -0                              / status 400",
        "CL: 0x3                             / status 400",
        "CL: 3e0                             / status 400",
        "CL: 3.0                             / status 400",
        "CL: 1_0                             / status 400",
        "CL: 3 3                             / status 400",
        "CL: \"3\"                           / status 400",
        "CL: 3;a                             / status 400",
        "CL: three                           / status 400",
        "CL: \u0663                          / status 400",
        "CL: \u00b2                          / status 400",
        "CL: 9223372036854775808             / status 400",
        "CL: 18446744073709551621            / status 400",
        "CL: 99999999999999999999999999      / status 400",
      })
  void aRequestIsFramedInOneWayOrRefused(String lines, String framing) {
    assertThat(told(ofRequest(1, lines))).isEqualTo(framing);
  }

  @ParameterizedTest(name = "F14: HTTP/1.0 with {0} is framed: {1}")
  @CsvSource({
    "'',                   none",
    "CL: 5,                5",
    "TE: chunked,          status 400",
    "TE: identity,         status 400",
    "'TE: gzip, chunked',  status 400",
    "CL: 5|TE: chunked,    status 400",
  })
  void version10HasNoTransferEncoding(String lines, String framing) {
    assertThat(told(ofRequest(0, lines))).isEqualTo(framing);
  }

  @ParameterizedTest(name = "F17 F19: {1} to {0} with {2} is framed: {3}")
  @CsvSource({
    "GET,  200, '',                     close",
    "GET,  200, CL: 5,                  5",
    "GET,  200, CL: 0,                  0",
    "GET,  200, CL: 5|CL: 5,            5",
    "GET,  200, 'CL: 5, 5',             5",
    "GET,  200, TE: chunked,            chunked",
    "GET,  200, TE: Chunked,            chunked",
    "GET,  205, CL: 0,                  0",
    "GET,  404, '',                     close",
    "GET,  599, TE: chunked,            chunked",
    "POST, 201, CL: 5,                  5",
    "GET,  200, CL: x,                  status 502",
    "GET,  200, CL: -1,                 status 502",
    "GET,  200, CL:,                    status 502",
    "GET,  200, CL: 5|CL: 6,            status 502",
    "GET,  200, 'CL: 5, 6',             status 502",
    "GET,  200, CL: 5|TE: chunked,      status 502",
    "GET,  200, TE: identity,           status 502",
    "GET,  200, TE: gzip,               status 502",
    "GET,  200, 'TE: gzip, chunked',    status 502",
    "GET,  200, 'TE: chunked, chunked', status 502",
    "GET,  200, TE: chunked|TE: gzip,   status 502",
    "HEAD, 200, '',                     none",
    "HEAD, 200, CL: 5,                  none of 5",
    "HEAD, 200, CL: 0,                  none of 0",
    "HEAD, 200, TE: chunked,            none",
    "HEAD, 200, CL: 5|TE: chunked,      none",
    "HEAD, 200, CL: x,                  none",
    "HEAD, 404, CL: 5|CL: 6,            none",
    "HEAD, 204, CL: 5,                  none",
    "head, 200, CL: 5,                  5",
    "GET,  304, CL: 5,                  none of 5",
    "GET,  304, TE: chunked,            none",
    "GET,  204, CL: 5,                  none",
    "GET,  204, TE: chunked,            none",
    "GET,  100, CL: 5,                  none",
    "GET,  103, TE: chunked,            none",
    "GET,  199, CL: 5|TE: chunked,      none",
  })
  void aResponseIsFramedInOneWayOrRefused(String method, int status, String lines, String framing) {
    assertThat(told(ofResponse(method, status, lines))).isEqualTo(framing);
  }

  @Test
  @DisplayName("F17: a response of HTTP/1.0 with Transfer-Encoding is 502")
  void aResponseOfVersion10HasNoTransferEncoding() {
    assertThat(told(Framing.ofResponse("GET", new ResponseHead(0, 200, "", lines("TE: chunked")))))
        .isEqualTo("status 502");
  }

  @ParameterizedTest(name = "F05 F10: framing told anew for {0} is the same")
  @ValueSource(strings = {"", "CL: 5|CL: 5", "CL: 0", "te: CHUNKED"})
  void aFramingIsToldAnew(String lines) {
    Framing framing = Heads.complete(ofRequest(1, lines));
    FieldLines fields = framing.addTo(new FieldLines.Builder()).build();

    assertThat(Framing.ofRequest(new RequestHead("POST", "/", 1, fields)))
        .isEqualTo(new Received.Complete<>(framing));
  }

  @Test
  @DisplayName("F19: the length that HEAD is told of is passed on")
  void aDeclaredLengthIsToldAnew() {
    assertThat(new Framing.None(5).addTo(new FieldLines.Builder()).build())
        .isEqualTo(new FieldLines("Content-Length", "5"));
    assertThat(new Framing.UntilClose().addTo(new FieldLines.Builder()).build())
        .isEqualTo(FieldLines.NONE);
  }
}
