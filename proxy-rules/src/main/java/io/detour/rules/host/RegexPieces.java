package io.detour.rules.host;

import static io.detour.rules.host.RegexPieces.RegexPiece.Gap.ANYTHING;
import static io.detour.rules.host.RegexPieces.RegexPiece.Gap.BEGIN;
import static io.detour.rules.host.RegexPieces.RegexPiece.Gap.CHARACTER;
import static io.detour.rules.host.RegexPieces.RegexPiece.Gap.END;
import static io.detour.rules.host.RegexPieces.RegexPiece.Gap.LABEL;
import static io.detour.rules.host.RegexPieces.RegexPiece.Gap.LABELS;
import static io.detour.rules.host.RegexPieces.RegexPiece.Gap.LABEL_CHARACTER;
import static io.detour.rules.host.RegexPieces.RegexPiece.Gap.SOMETHING;
import static io.detour.rules.host.RegexPieces.RegexPiece.Gap.UNKNOWN;

import io.detour.rules.host.RegexTokenizer.RegexToken;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Takes an expression apart into alternatives of pieces one behind the other: {@code (a|b)c} is
 * {@code ac} or {@code bc}, as long as there are few. For one thread, for one text.
 */
final class RegexPieces {
  /** With more alternatives than this only what they all end with is kept. */
  static final int MAX_ALTERNATIVES = 16;

  private static final RegexPiece.Literal DOT = new RegexPiece.Literal(".");

  private final List<RegexToken> tokens;
  private int at;

  private RegexPieces(List<RegexToken> tokens) {
    this.tokens = tokens;
  }

  /** The alternatives of an expression that compiles, at least one; each may be empty. */
  static List<List<RegexPiece>> alternatives(String regex) {
    return new RegexPieces(RegexTokenizer.tokens(regex)).group();
  }

  static String commonTail(String one, String other) {
    int length = 0;
    int limit = Math.min(one.length(), other.length());
    while (length < limit
        && one.charAt(one.length() - 1 - length) == other.charAt(other.length() - 1 - length)) {
      length++;
    }
    return one.substring(one.length() - length);
  }

  /** What stands up to the end of a group or of the expression. */
  private List<List<RegexPiece>> group() {
    List<List<RegexPiece>> alternatives = new ArrayList<>();
    List<List<RegexPiece>> before = List.of(List.of());
    List<List<RegexPiece>> atom = List.of(List.of());
    while (at < tokens.size() && !(tokens.get(at) instanceof RegexToken.Close)) {
      switch (tokens.get(at++)) {
        case RegexToken.Bar _ -> {
          alternatives.addAll(joined(before, atom));
          before = List.of(List.of());
          atom = before;
        }
        case RegexToken.Repeat repeat -> atom = repeated(atom, repeat);
        case RegexToken.Open _ -> {
          before = joined(before, atom);
          atom = group();
          at++;
        }
        case RegexToken token -> {
          before = joined(before, atom);
          atom = List.of(List.of(piece(token)));
        }
      }
    }
    alternatives.addAll(joined(before, atom));
    return few(alternatives);
  }

  private static RegexPiece piece(RegexToken token) {
    return switch (token) {
      case RegexToken.OneCharacter character -> piece(character);
      case RegexToken.CharacterClass characterClass -> piece(characterClass.text());
      case RegexToken.AnyCharacter _ -> CHARACTER;
      case RegexToken.Begin _ -> BEGIN;
      case RegexToken.End _ -> END;
      case RegexToken.Boundary _ -> UNKNOWN;
      case RegexToken.Open _, RegexToken.Close _, RegexToken.Bar _, RegexToken.Repeat _ ->
          throw new IllegalArgumentException(token + " is not one thing");
    };
  }

  /** Without regard to case, a letter of a canonical host can only be the small one. */
  private static RegexPiece piece(RegexToken.OneCharacter character) {
    String text = Character.toString(character.codePoint());
    if (!character.foldsCase()) {
      return new RegexPiece.Literal(text);
    }
    return character.codePoint() < 0x80
        ? new RegexPiece.Literal(text.toLowerCase(Locale.ROOT))
        : UNKNOWN;
  }

  /** {@code [.]} is one text as well; a capital letter may stand under a flag. */
  private static RegexPiece piece(String characterClass) {
    if (characterClass.equals("[^.]") || characterClass.equals("[^\\.]")) {
      return LABEL_CHARACTER;
    }
    int length = characterClass.length();
    boolean escaped = length == 4 && characterClass.startsWith("[\\");
    char member = length < 3 ? '\\' : characterClass.charAt(length - 2);
    boolean one = characterClass.startsWith("[") && (length == 3 || escaped);
    boolean itself = escaped ? !Character.isLetterOrDigit(member) : member != '\\';
    return one && itself && member < 0x80 && !Character.isUpperCase(member)
        ? new RegexPiece.Literal(String.valueOf(member))
        : UNKNOWN;
  }

  private static List<List<RegexPiece>> repeated(
      List<List<RegexPiece>> atom, RegexToken.Repeat repeat) {
    boolean optional = repeat.min() == 0;
    boolean many = repeat.max() == RegexToken.Repeat.UNBOUNDED;
    if (repeat.max() == 0 || repeat.min() > 1) {
      return optional ? List.of(List.of(UNKNOWN)) : joined(atom, List.of(List.of(UNKNOWN)));
    }
    if (!optional && repeat.max() == 1) {
      return atom;
    }
    List<RegexPiece> only = atom.size() == 1 ? atom.getFirst() : List.of();
    List<RegexPiece> known =
        switch (only.size()) {
          case 1 -> repeatedPiece(only.getFirst(), optional, many);
          case 2 -> only.getLast().equals(DOT) ? repeatedLabels(only, optional, many) : List.of();
          default -> List.of();
        };
    if (!known.isEmpty()) {
      return List.of(known);
    }
    return optional ? List.of(List.of(UNKNOWN)) : joined(atom, List.of(List.of(UNKNOWN)));
  }

  /** A piece that may be missing or be there any number of times, or nothing if that is unknown. */
  private static List<RegexPiece> repeatedPiece(RegexPiece piece, boolean optional, boolean many) {
    if (piece == ANYTHING || (piece == SOMETHING && optional)) {
      return List.of(ANYTHING);
    }
    if (piece == SOMETHING || (piece == CHARACTER && many)) {
      return List.of(optional ? ANYTHING : SOMETHING);
    }
    return piece == LABEL_CHARACTER && many && !optional ? List.of(LABEL) : List.of();
  }

  /** The same for a piece and a dot behind it. No label of a host is empty. */
  private static List<RegexPiece> repeatedLabels(
      List<RegexPiece> pieces, boolean optional, boolean many) {
    RegexPiece first = pieces.getFirst();
    boolean anyNumber = first == ANYTHING || first == SOMETHING;
    if (!anyNumber && !(first == LABEL && many)) {
      return List.of();
    }
    return optional ? List.of(LABELS) : List.of(SOMETHING, DOT);
  }

  /** Each alternative of the one with each of the other behind it, if these are not too many. */
  private static List<List<RegexPiece>> joined(
      List<List<RegexPiece>> before, List<List<RegexPiece>> behind) {
    boolean fit = before.size() * behind.size() <= MAX_ALTERNATIVES;
    List<List<RegexPiece>> joined = new ArrayList<>();
    for (List<RegexPiece> second : fit ? behind : List.of(whatAllEndWith(behind))) {
      for (List<RegexPiece> first : before) {
        List<RegexPiece> both = new ArrayList<>(first);
        append(both, second);
        joined.add(both);
      }
    }
    return joined;
  }

  private static void append(List<RegexPiece> pieces, List<RegexPiece> more) {
    for (RegexPiece piece : more) {
      if (piece instanceof RegexPiece.Literal(String text)
          && !pieces.isEmpty()
          && pieces.getLast() instanceof RegexPiece.Literal(String before)) {
        pieces.set(pieces.size() - 1, new RegexPiece.Literal(before + text));
      } else {
        pieces.add(piece);
      }
    }
  }

  private static List<List<RegexPiece>> few(List<List<RegexPiece>> alternatives) {
    return alternatives.size() <= MAX_ALTERNATIVES
        ? alternatives
        : List.of(whatAllEndWith(alternatives));
  }

  private static List<RegexPiece> whatAllEndWith(List<List<RegexPiece>> alternatives) {
    String tail =
        alternatives.stream().map(RegexPieces::tail).reduce(RegexPieces::commonTail).orElseThrow();
    return tail.isEmpty() ? List.of(UNKNOWN) : List.of(UNKNOWN, new RegexPiece.Literal(tail));
  }

  private static String tail(List<RegexPiece> pieces) {
    return !pieces.isEmpty() && pieces.getLast() instanceof RegexPiece.Literal(String text)
        ? text
        : "";
  }

  /** A part of an expression, by what it matches in canonical hosts. Immutable. */
  sealed interface RegexPiece {
    /** One text, not empty. */
    record Literal(String text) implements RegexPiece {}

    /** What is not one text. */
    enum Gap implements RegexPiece {
      /** {@code .}: one character. */
      CHARACTER,
      /** {@code .*}: anything. */
      ANYTHING,
      /** {@code .+}: anything but nothing. */
      SOMETHING,
      /** {@code [^.]}: one character of a label. */
      LABEL_CHARACTER,
      /** {@code [^.]+}: a label or a part of one. */
      LABEL,
      /** {@code (.*\.)?}: nothing, or something that ends with a dot. */
      LABELS,
      /** {@code ^}: nothing, at the beginning. */
      BEGIN,
      /** {@code $}: nothing, at the end. */
      END,
      /** Anything or less. */
      UNKNOWN
    }
  }
}
