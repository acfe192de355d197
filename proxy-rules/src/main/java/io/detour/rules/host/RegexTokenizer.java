package io.detour.rules.host;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Cuts the text of an expression into the words of RE2's syntax. Texts that RE2/J compiles are cut
 * where RE2/J cuts them; others somehow. {@code \Q} is not known: {@link RegexBounds} refuses it.
 * For one thread, for one text.
 */
final class RegexTokenizer {
  /** RE2 takes a brace for a character unless numbers without leading zeros stand in it. */
  private static final Pattern COUNTS =
      Pattern.compile("\\{(0|[1-9][0-9]*)(?:(,)(0|[1-9][0-9]*)?)?\\}");

  /** What may stand between {@code (?} and the end of a name or of flags. */
  private static final Pattern GROUP_HEAD =
      Pattern.compile("\\(\\?(?:P?<[0-9A-Za-z_]+>|([imsU]*)(?:-([imsU]+))?([:)]))");

  private final String regex;
  private final List<RegexToken> tokens = new ArrayList<>();
  private final Deque<Boolean> enclosing = new ArrayDeque<>();
  private boolean foldsCase;
  private int at;

  private RegexTokenizer(String regex) {
    this.regex = regex;
  }

  /** The words of an expression in order; flags are part of the characters that they change. */
  static List<RegexToken> tokens(String regex) {
    RegexTokenizer tokenizer = new RegexTokenizer(regex);
    while (tokenizer.at < regex.length()) {
      tokenizer.next();
    }
    return tokenizer.tokens;
  }

  private void next() {
    switch (regex.charAt(at)) {
      case '(' -> open();
      case ')' -> close();
      case '|' -> add(new RegexToken.Bar(), at + 1);
      case '^' -> add(new RegexToken.Begin(), at + 1);
      case '$' -> add(new RegexToken.End(), at + 1);
      case '.' -> add(new RegexToken.AnyCharacter(at), at + 1);
      case '*' -> repeat(0, RegexToken.Repeat.UNBOUNDED, false, at + 1);
      case '+' -> repeat(1, RegexToken.Repeat.UNBOUNDED, false, at + 1);
      case '?' -> repeat(0, 1, false, at + 1);
      case '{' -> brace();
      case '[' -> characterClass(endOfClass());
      case '\\' -> escape();
      default -> character(regex.codePointAt(at), at + Character.charCount(regex.codePointAt(at)));
    }
  }

  private void add(RegexToken token, int end) {
    tokens.add(token);
    at = end;
  }

  private void character(int codePoint, int end) {
    add(new RegexToken.OneCharacter(codePoint, foldsCase), end);
  }

  private void characterClass(int end) {
    add(new RegexToken.CharacterClass(regex.substring(at, end), foldsCase), end);
  }

  private void repeat(int min, int max, boolean counted, int end) {
    boolean reluctant = regex.startsWith("?", end);
    add(new RegexToken.Repeat(min, max, counted), reluctant ? end + 1 : end);
  }

  /** A group; {@code (?i)} is none, but changes the flags up to the end of the group around it. */
  private void open() {
    Matcher head = GROUP_HEAD.matcher(regex.substring(at));
    boolean extended = head.lookingAt();
    int start = at;
    boolean onlyFlags = extended && ")".equals(head.group(3));
    if (!onlyFlags) {
      enclosing.push(foldsCase);
      add(new RegexToken.Open(), at + 1);
    }
    if (extended) {
      at = start + head.end();
      String set = head.group(1);
      String cleared = head.group(2);
      foldsCase |= set != null && set.contains("i");
      foldsCase &= cleared == null || !cleared.contains("i");
    }
  }

  private void close() {
    foldsCase = enclosing.isEmpty() ? foldsCase : enclosing.pop();
    add(new RegexToken.Close(), at + 1);
  }

  private void brace() {
    Matcher counts = COUNTS.matcher(regex.substring(at));
    if (!counts.lookingAt()) {
      character('{', at + 1);
      return;
    }
    int min = number(counts.group(1));
    String last = counts.group(3);
    int open = counts.group(2) == null ? min : RegexToken.Repeat.UNBOUNDED;
    repeat(min, last == null ? open : number(last), true, at + counts.end());
  }

  private void escape() {
    int end = endOfEscape(at);
    int body = Math.min(at + 1, regex.length() - 1);
    char c = regex.charAt(body);
    switch (c) {
      case 'A' -> add(new RegexToken.Begin(), end);
      case 'z' -> add(new RegexToken.End(), end);
      case 'b', 'B' -> add(new RegexToken.Boundary(), end);
      default -> {
        if (isAlphanumeric(c)) {
          characterClass(end);
        } else {
          character(regex.codePointAt(body), end);
        }
      }
    }
  }

  /** The index behind {@code \.}, {@code \pN}, {@code \p{Greek}}, {@code \x2e}, {@code \056}. */
  private int endOfEscape(int start) {
    int body = Math.min(start + 1, regex.length() - 1);
    char c = regex.charAt(body);
    int end = body + Character.charCount(regex.codePointAt(body));
    if (c == 'p' || c == 'P' || c == 'x') {
      int brace = regex.startsWith("{", end) ? regex.indexOf('}', end) : -1;
      end = brace > 0 ? brace + 1 : end + (c == 'x' ? 2 : 1);
    } else if (c >= '0' && c <= '7') {
      while (end < Math.min(body + 3, regex.length()) && isOctal(regex.charAt(end))) {
        end++;
      }
    }
    return Math.min(end, regex.length());
  }

  /**
   * The index behind a bracket expression. A bracket that comes first in it is a member, and so is
   * one at the end of a range, even where {@code [:} would begin a class with a name.
   */
  private int endOfClass() {
    int i = at + (regex.startsWith("^", at + 1) ? 2 : 1);
    int first = i;
    while (i < regex.length() && (i == first || regex.charAt(i) != ']')) {
      int name = regex.startsWith("[:", i) ? regex.indexOf(":]", i + 2) : -1;
      if (name > 0) {
        i = name + 2;
        continue;
      }
      boolean single = isSingle(i);
      i = endOfMember(i);
      if (single && regex.startsWith("-", i) && !regex.startsWith("-]", i)) {
        i = endOfMember(i + 1);
      }
    }
    return Math.min(i + 1, regex.length());
  }

  private int endOfMember(int start) {
    return start < regex.length() && regex.charAt(start) == '\\' ? endOfEscape(start) : start + 1;
  }

  /** Whether a member of a bracket expression can begin a range, which {@code \d} cannot. */
  private boolean isSingle(int start) {
    return regex.charAt(start) != '\\'
        || start + 1 == regex.length()
        || "dDsSwWpP".indexOf(regex.charAt(start + 1)) < 0;
  }

  private static boolean isOctal(char c) {
    return c >= '0' && c <= '7';
  }

  private static boolean isAlphanumeric(char c) {
    return c < 0x80 && Character.isLetterOrDigit(c);
  }

  private static int number(String digits) {
    return digits.length() > 9 ? Integer.MAX_VALUE : Integer.parseInt(digits);
  }

  /** A word of the syntax of RE2, as {@link RegexTokenizer} reads it. Immutable. */
  sealed interface RegexToken {
    /** One character, as it is or escaped, under the flag {@code i} or not. */
    record OneCharacter(int codePoint, boolean foldsCase) implements RegexToken {}

    /** {@code .}: any character of a host, and its place in the text. */
    record AnyCharacter(int at) implements RegexToken {}

    /** A class of characters as it is written: {@code [a-z]}, {@code \d}, {@code \pN}. */
    record CharacterClass(String text, boolean foldsCase) implements RegexToken {}

    /** {@code ^} or {@code \A}. */
    record Begin() implements RegexToken {}

    /** {@code $} or {@code \z}. */
    record End() implements RegexToken {}

    /** {@code \b} or {@code \B}. */
    record Boundary() implements RegexToken {}

    /** The beginning of a group of any kind, with its name or flags. */
    record Open() implements RegexToken {}

    record Close() implements RegexToken {}

    /** {@code |}. */
    record Bar() implements RegexToken {}

    /** How often the last thing is repeated; with numbers, RE2 unrolls it. */
    record Repeat(int min, int max, boolean counted) implements RegexToken {
      static final int UNBOUNDED = -1;
    }
  }
}
