package io.detour.server.parse.http;

import io.detour.rules.Responses;

/**
 * Whose message is read, and how: that says what is taken, and what the client is answered when it
 * is malformed. Requests are never read leniently.
 */
enum MessageKind {
  REQUEST(400, 431),
  RESPONSE(502, 502),
  /** Of an origin whose slips are forgiven: {@link Responses#LENIENT}. */
  LENIENT_RESPONSE(502, 502);

  private static final String LENIENCY = "; a rule with \"responses: lenient\" takes it";

  private final int malformedStatus;
  private final int tooLargeStatus;

  MessageKind(int malformedStatus, int tooLargeStatus) {
    this.malformedStatus = malformedStatus;
    this.tooLargeStatus = tooLargeStatus;
  }

  static MessageKind of(Responses responses) {
    return switch (responses) {
      case STRICT -> RESPONSE;
      case LENIENT -> LENIENT_RESPONSE;
    };
  }

  boolean isResponse() {
    return this != REQUEST;
  }

  boolean isLenient() {
    return this == LENIENT_RESPONSE;
  }

  MalformedMessage malformed(String problem) {
    return new MalformedMessage(malformedStatus, problem);
  }

  /** The same of what a lenient rule would take from an origin; the details say so. */
  MalformedMessage malformedUnlessLenient(String problem) {
    return malformed(this == RESPONSE ? problem + LENIENCY : problem);
  }

  MalformedMessage tooLarge(String problem) {
    return new MalformedMessage(tooLargeStatus, problem);
  }
}
