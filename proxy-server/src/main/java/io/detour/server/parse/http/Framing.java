package io.detour.server.parse.http;

import java.util.List;
import org.jspecify.annotations.Nullable;

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
    public static final long UNDECLARED = -1;

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
   * be told in more than one line if all values are the same number, but not as a list.
   *
   * @return a framing, or a malformed message of status 400, or 501 for other codings in chunks
   */
  static Received.Settled<Framing> ofRequest(RequestHead head) {
    return ofFields(head.fields(), head.minorVersion(), new None(), MessageKind.REQUEST);
  }

  /**
   * That of a response. The answer to HEAD and the statuses 1xx, 204 and 304 have no content,
   * whatever the fields say. The rest is as strict as in requests, but that Content-Length may be a
   * list of the same number (RFC 9110 8.6).
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
          fields.contains("Transfer-Encoding")
              ? new None()
              : new None(contentLength(fields.elements("Content-Length"))));
    }
    return ofFields(fields, head.minorVersion(), new UntilClose(), MessageKind.RESPONSE);
  }

  private static Received.Settled<Framing> ofFields(
      FieldLines fields, int minorVersion, Framing otherwise, MessageKind kind) {
    if (fields.contains("Transfer-Encoding")) {
      MalformedMessage problem = codingProblem(fields, minorVersion, kind);
      return problem == null
          ? new Received.Complete<>(new Chunked())
          : new Received.Malformed<>(problem);
    }
    return fields.contains("Content-Length")
        ? ofLength(fields, kind)
        : new Received.Complete<>(otherwise);
  }

  private static Received.Settled<Framing> ofLength(FieldLines fields, MessageKind kind) {
    long length =
        contentLength(
            kind.isResponse() ? fields.elements("Content-Length") : fields.all("Content-Length"));
    return length < 0
        ? new Received.Malformed<>(kind.malformed("Content-Length is not one number of bytes"))
        : new Received.Complete<>(new Length(length));
  }

  /** Whether a field of this name tells where content ends. */
  static boolean isFramingField(String name) {
    return name.equalsIgnoreCase("Content-Length") || name.equalsIgnoreCase("Transfer-Encoding");
  }

  /**
   * Whether a name is another than those, but the same to whoever makes a variable of it, as CGI
   * does (RFC 3875 4.1.18): that has one character for the hyphen and all else that is no letter or
   * digit.
   */
  static boolean resemblesFramingField(String name) {
    return isTakenFor(name, "Content-Length") || isTakenFor(name, "Transfer-Encoding");
  }

  private static boolean isTakenFor(String name, String field) {
    if (name.length() != field.length() || name.equalsIgnoreCase(field)) {
      return false;
    }
    int hyphen = field.indexOf('-');
    return !Character.isLetterOrDigit(name.charAt(hyphen))
        && name.regionMatches(true, 0, field, 0, hyphen)
        && name.regionMatches(true, hyphen + 1, field, hyphen + 1, field.length() - hyphen - 1);
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

  /**
   * The number of bytes that every value of Content-Length tells, in digits alone (RFC 9110 8.6;
   * RFC 9112 6.3 lets repeated equal values be taken for one), or {@link None#UNDECLARED} if there
   * is none or they are not so.
   */
  private static long contentLength(List<String> values) {
    long length = None.UNDECLARED;
    for (String element : values) {
      long told = number(element);
      if (told < 0 || (length >= 0 && told != length)) {
        return None.UNDECLARED;
      }
      length = told;
    }
    return length;
  }

  private static long number(String digits) {
    try {
      return digits.chars().allMatch(Octets::isDigit) ? Long.parseLong(digits) : None.UNDECLARED;
    } catch (NumberFormatException e) {
      return None.UNDECLARED; // empty, or 2^63 and more
    }
  }

  /**
   * Why a message with Transfer-Encoding (RFC 9112 6.1) is not simply chunked, or null. Only {@code
   * chunked} alone is understood, in any case of letters.
   */
  private static @Nullable MalformedMessage codingProblem(
      FieldLines fields, int minorVersion, MessageKind kind) {
    if (fields.contains("Content-Length")) {
      return kind.malformed("there are both Content-Length and Transfer-Encoding");
    }
    if (minorVersion == 0) {
      return kind.malformed("HTTP/1.0 has no Transfer-Encoding");
    }
    List<String> lines = fields.all("Transfer-Encoding");
    if (lines.size() > 1) {
      return kind.malformed("there is more than one Transfer-Encoding");
    }
    if (isChunked(lines.getFirst())) {
      return null;
    }
    return kind == MessageKind.REQUEST && isOtherInChunks(fields.tokens("Transfer-Encoding"))
        ? new MalformedMessage(501, "a transfer coding is not known")
        : kind.malformed("Transfer-Encoding is not chunked alone");
  }

  private static boolean isChunked(String coding) {
    return coding.equalsIgnoreCase("chunked");
  }

  /** Content that is coded otherwise but whose end chunks would tell. */
  private static boolean isOtherInChunks(List<String> codings) {
    int last = codings.size() - 1;
    return last > 0
        && codings.stream().allMatch(Octets::isToken)
        && isChunked(codings.get(last))
        && codings.subList(0, last).stream().noneMatch(Framing::isChunked);
  }
}
