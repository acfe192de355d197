package io.detour.rules.host;

import static io.detour.rules.host.RegexPieces.RegexPiece.Gap.ANYTHING;
import static io.detour.rules.host.RegexPieces.RegexPiece.Gap.BEGIN;
import static io.detour.rules.host.RegexPieces.RegexPiece.Gap.END;
import static io.detour.rules.host.RegexPieces.RegexPiece.Gap.LABELS;
import static io.detour.rules.host.RegexPieces.RegexPiece.Gap.SOMETHING;

import io.detour.core.Host;
import io.detour.core.Parsed;
import io.detour.rules.host.RegexPieces.RegexPiece;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the text of a regular expression says about the hosts that it matches as a whole. True of
 * every canonical host; what is not understood is not claimed. Immutable.
 *
 * @param alternatives each host that matches has the texts of at least one of them; never empty
 * @param everything whether every host matches
 * @param plain plain matchers that together match the same hosts; empty if there are none
 */
public record RegexLiterals(
    List<LiteralSequence> alternatives, boolean everything, List<HostMatcher> plain) {
  public RegexLiterals {
    alternatives = List.copyOf(alternatives);
    plain = List.copyOf(plain);
  }

  /** Reads the text of an expression that compiles. */
  public static RegexLiterals of(HostMatcher.Regex regex) {
    return of(regex.pattern().pattern());
  }

  static RegexLiterals of(String regex) {
    List<LiteralSequence> alternatives = new ArrayList<>();
    List<HostMatcher> plain = new ArrayList<>();
    boolean everything = false;
    for (List<RegexPiece> pieces : RegexPieces.alternatives(regex)) {
      List<RegexPiece> inner = withoutAnchors(pieces);
      alternatives.add(literals(inner));
      everything |= inner.equals(List.of(ANYTHING)) || inner.equals(List.of(SOMETHING));
      HostMatcher same = plain(inner);
      if (same != null) {
        plain.add(same);
      }
    }
    boolean allPlain = plain.size() == alternatives.size();
    return new RegexLiterals(alternatives, everything, allPlain ? plain : List.of());
  }

  /** The longest text that every match ends with, or an empty text if there is none. */
  public String tail() {
    return alternatives.stream()
        .map(LiteralSequence::tail)
        .reduce(RegexPieces::commonTail)
        .orElseThrow();
  }

  boolean admit(String host) {
    for (int i = 0; i < alternatives.size(); i++) {
      if (alternatives.get(i).standIn(host)) {
        return true;
      }
    }
    return false;
  }

  /** The whole host has to match, so anchors at its ends say nothing more. */
  private static List<RegexPiece> withoutAnchors(List<RegexPiece> pieces) {
    int from = 0;
    int to = pieces.size();
    while (from < to && pieces.get(from) == BEGIN) {
      from++;
    }
    while (from < to && pieces.get(to - 1) == END) {
      to--;
    }
    return pieces.subList(from, to);
  }

  private static LiteralSequence literals(List<RegexPiece> pieces) {
    List<String> texts = new ArrayList<>();
    for (RegexPiece piece : pieces) {
      if (piece instanceof RegexPiece.Literal literal) {
        texts.add(literal.text());
      }
    }
    return texts.isEmpty()
        ? LiteralSequence.ANYTHING
        : new LiteralSequence(
            texts,
            pieces.getFirst() instanceof RegexPiece.Literal,
            pieces.getLast() instanceof RegexPiece.Literal,
            pieces.size() == 1);
  }

  private static @Nullable HostMatcher plain(List<RegexPiece> pieces) {
    if (pieces.isEmpty() || !(pieces.getLast() instanceof RegexPiece.Literal last)) {
      return null;
    }
    String text = last.text();
    if (pieces.size() == 1 && canonical(text) != null) {
      return HostMatcher.Exact.parse(text).orElseThrow();
    }
    RegexPiece first = pieces.getFirst();
    boolean below = (first == ANYTHING || first == SOMETHING) && text.startsWith(".");
    boolean prefixed = pieces.size() == 2 && (below || first == LABELS);
    return prefixed && isName(below ? text.substring(1) : text)
        ? HostMatcher.Suffix.parse(text).orElseThrow()
        : null;
  }

  private static boolean isName(String text) {
    Host host = canonical(text);
    return host != null && host.kind() == Host.Kind.NAME;
  }

  private static @Nullable Host canonical(String text) {
    return Host.parse(text) instanceof Parsed.Value(Host host) && host.name().equals(text)
        ? host
        : null;
  }

  /**
   * Texts that stand in a host one behind the other with anything between them; none stand for any
   * host. Immutable.
   *
   * @param whole whether the one text there is, is the host
   */
  record LiteralSequence(List<String> literals, boolean fromStart, boolean toEnd, boolean whole) {
    static final LiteralSequence ANYTHING = new LiteralSequence(List.of(), false, false, false);

    LiteralSequence {
      literals = List.copyOf(literals);
    }

    /** Whether a host has these texts in this order without overlap. */
    boolean standIn(String host) {
      if (whole) {
        return host.equals(literals.getFirst());
      }
      int first = 0;
      int last = literals.size();
      int from = 0;
      int end = host.length();
      if (fromStart) {
        String head = literals.get(first++);
        if (!host.startsWith(head)) {
          return false;
        }
        from = head.length();
      }
      if (toEnd && first < last) {
        String tail = literals.get(--last);
        end -= tail.length();
        if (end < from || !host.endsWith(tail)) {
          return false;
        }
      }
      for (int i = first; i < last; i++) {
        int found = host.indexOf(literals.get(i), from, end);
        if (found < 0) {
          return false;
        }
        from = found + literals.get(i).length();
      }
      return true;
    }

    /** What the host ends with, or an empty text if that may be anything. */
    String tail() {
      return toEnd ? literals.getLast() : "";
    }
  }
}
