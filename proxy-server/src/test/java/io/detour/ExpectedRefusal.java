package io.detour;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Locale;

/** What every answer to a head that is not served looks like. */
final class ExpectedRefusal {
  private ExpectedRefusal() {}

  /** Reads the answer to its end: one line that repeats nothing of the request. */
  static void assertRead(RawClient client, int status) throws IOException {
    ResponseHead answer = client.head();
    assertThat(answer.status()).as(answer.text()).isEqualTo(status);

    String body = client.rest();
    assertThat(answer.field("Connection")).isEqualTo("close");
    assertThat(answer.field("Proxy-Status")).startsWith("detour; error=http_request_error; ");
    assertThat(answer.field("Content-Length")).isEqualTo(String.valueOf(body.length()));
    assertThat(body).startsWith(status + " ").endsWith("\n").hasLineCount(1);
    assertThat((answer.text() + body).toLowerCase(Locale.ROOT)).doesNotContain(MalformedHeads.MARK);
  }
}
