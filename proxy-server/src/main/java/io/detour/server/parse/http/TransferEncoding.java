package io.detour.server.parse.http;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The field Transfer-Encoding (RFC 9112 6.1), of which only {@code chunked} alone is understood, in
 * any case of letters. Any thread.
 */
final class TransferEncoding {
  private static final String NAME = "Transfer-Encoding";
  private static final String CHUNKED = "chunked";

  private TransferEncoding() {}

  /**
   * Why a message is not simply chunked, or null.
   *
   * @param fields have at least one such line
   */
  static @Nullable MalformedMessage problem(FieldLines fields, int minorVersion, MessageKind kind) {
    if (fields.contains("Content-Length")) {
      return kind.malformed("there are both Content-Length and Transfer-Encoding");
    }
    if (minorVersion == 0) {
      return kind.malformed("HTTP/1.0 has no Transfer-Encoding");
    }
    List<String> lines = fields.all(NAME);
    if (lines.size() > 1) {
      return kind.malformed("there is more than one Transfer-Encoding");
    }
    if (lines.getFirst().equalsIgnoreCase(CHUNKED)) {
      return null;
    }
    return kind == MessageKind.REQUEST && isOtherInChunks(fields.tokens(NAME))
        ? new MalformedMessage(501, "a transfer coding is not known")
        : kind.malformed("Transfer-Encoding is not chunked alone");
  }

  /** Content that is coded otherwise but whose end chunks would tell. */
  private static boolean isOtherInChunks(List<String> codings) {
    int last = codings.size() - 1;
    for (int i = 0; i <= last; i++) {
      boolean chunked = codings.get(i).equalsIgnoreCase(CHUNKED);
      if (chunked != (i == last) || !Octets.isToken(codings.get(i))) {
        return false;
      }
    }
    return last > 0;
  }
}
