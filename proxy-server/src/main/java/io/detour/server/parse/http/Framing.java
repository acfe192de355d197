package io.detour.server.parse.http;

/**
 * Where the content of a message ends (RFC 9112 6.3). Whatever two parsers could read in two ways
 * is malformed. Immutable; any thread.
 */
public sealed interface Framing {
  /**
   * There is no content.
   *
   * @param declaredBytes the length that Content-Length validly tells of the content that GET would
   *     bring (RFC 9110 8.6: HEAD, 304), or {@link #UNDECLARED}
   */
  record None(long declaredBytes) implements Framing {
    /** No length is told. */
    public static final long UNDECLARED = ContentLength.INVALID;

    /** There is no content, and no length is told. */
    public None() {
      this(UNDECLARED);
    }
  }

  /**
   * The content has this many bytes.
   *
   * @param bytes 0 or more
   */
  record Length(long bytes) implements Framing {}

  /** The content comes in chunks, of which the last says that it is the last. */
  record Chunked() implements Framing {}

  /** The content ends with the connection. */
  record UntilClose() implements Framing {}

  /**
   * That of a request. Transfer-Encoding is understood only as one line of the value {@code
   * chunked}, never beside Content-Length and never in HTTP/1.0 (RFC 9112 6.1). Content-Length may
   * be told more than once if all values are the same number.
   *
   * @return a framing, or a malformed message of status 400, or 501 for other codings in chunks
   */
  static Received.Settled<Framing> ofRequest(RequestHead head) {
    return ofFields(head.fields(), head.minorVersion(), new None(), MessageKind.REQUEST);
  }

  /**
   * That of a response. The answer to HEAD and the statuses 1xx, 204 and 304 have no content,
   * whatever the fields say. The rest is as strict as in requests.
   *
   * @param requestMethod of the request that is answered, not CONNECT
   * @return a framing, or a malformed message of status 502
   */
  static Received.Settled<Framing> ofResponse(String requestMethod, ResponseHead head) {
    FieldLines fields = head.fields();
    if (head.isInterim() || head.status() == 204) {
      return new Received.Complete<>(new None());
    }
    if (requestMethod.equals("HEAD") || head.status() == 304) {
      return new Received.Complete<>(
          fields.contains("Transfer-Encoding") ? new None() : new None(ContentLength.of(fields)));
    }
    return ofFields(fields, head.minorVersion(), new UntilClose(), MessageKind.RESPONSE);
  }

  private static Received.Settled<Framing> ofFields(
      FieldLines fields, int minorVersion, Framing otherwise, MessageKind kind) {
    if (fields.contains("Transfer-Encoding")) {
      MalformedMessage problem = TransferEncoding.problem(fields, minorVersion, kind);
      return problem == null
          ? new Received.Complete<>(new Chunked())
          : new Received.Malformed<>(problem);
    }
    return fields.contains("Content-Length")
        ? ofLength(fields, kind)
        : new Received.Complete<>(otherwise);
  }

  private static Received.Settled<Framing> ofLength(FieldLines fields, MessageKind kind) {
    long length = ContentLength.of(fields);
    return length < 0
        ? new Received.Malformed<>(kind.malformed("Content-Length is not one number of bytes"))
        : new Received.Complete<>(new Length(length));
  }

  /** Whether the message is whole with its head. */
  default boolean isEmpty() {
    return this instanceof None || (this instanceof Length(long bytes) && bytes == 0);
  }

  /**
   * Adds the field that tells this framing: Content-Length, Transfer-Encoding or none. {@link
   * EndToEnd} leaves both out.
   */
  default FieldLines.Builder addTo(FieldLines.Builder fields) {
    return switch (this) {
      case None(long declared) ->
          declared == None.UNDECLARED
              ? fields
              : fields.add("Content-Length", Long.toString(declared));
      case Length(long bytes) -> fields.add("Content-Length", Long.toString(bytes));
      case Chunked() -> fields.add("Transfer-Encoding", "chunked");
      case UntilClose() -> fields;
    };
  }
}
