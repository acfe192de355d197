package io.detour.server.parse.http;

/** The field Content-Length (RFC 9110 8.6): digits alone. Any thread. */
final class ContentLength {
  static final long INVALID = -1;

  private ContentLength() {}

  /**
   * The number that every line and every element of a list tells (RFC 9112 6.3 lets a recipient
   * take repeated equal values for one), or {@link #INVALID}; also if there is none.
   */
  static long of(FieldLines fields) {
    long length = INVALID;
    for (int line = 0; line < fields.size(); line++) {
      if (!fields.name(line).equalsIgnoreCase("Content-Length")) {
        continue;
      }
      long told = ofList(fields.value(line));
      if (told == INVALID || (length != INVALID && told != length)) {
        return INVALID;
      }
      length = told;
    }
    return length;
  }

  private static long ofList(String list) {
    long length = INVALID;
    for (int start = 0; start <= list.length(); ) {
      int comma = list.indexOf(',', start);
      int end = comma < 0 ? list.length() : comma;
      long told = number(FieldLines.trimmed(list, start, end));
      if (told == INVALID || (length != INVALID && told != length)) {
        return INVALID;
      }
      length = told;
      start = end + 1;
    }
    return length;
  }

  private static long number(String digits) {
    long number = 0;
    for (int i = 0; i < digits.length(); i++) {
      int digit = digits.charAt(i) - '0';
      boolean fits = digit >= 0 && digit <= 9 && number <= (Long.MAX_VALUE - digit) / 10;
      if (!fits) {
        return INVALID;
      }
      number = number * 10 + digit;
    }
    return digits.isEmpty() ? INVALID : number;
  }
}
