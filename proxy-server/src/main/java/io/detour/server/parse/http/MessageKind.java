package io.detour.server.parse.http;

/** Whose message is read, which says what the client is answered when it is malformed. */
enum MessageKind {
  REQUEST(400, 431),
  RESPONSE(502, 502);

  private final int malformedStatus;
  private final int tooLargeStatus;

  MessageKind(int malformedStatus, int tooLargeStatus) {
    this.malformedStatus = malformedStatus;
    this.tooLargeStatus = tooLargeStatus;
  }

  MalformedMessage malformed(String problem) {
    return new MalformedMessage(malformedStatus, problem);
  }

  MalformedMessage tooLarge(String problem) {
    return new MalformedMessage(tooLargeStatus, problem);
  }
}
