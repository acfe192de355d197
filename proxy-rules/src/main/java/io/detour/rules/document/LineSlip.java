package io.detour.rules.document;

import io.detour.core.Printable;
import io.detour.rules.document.Node.Location;
import org.jspecify.annotations.Nullable;

/**
 * Slips with quotes, brackets and dashes, which the parser of YAML sees only by what follows. Each
 * is looked for in the lines around the place at which the parser gave up.
 */
final class LineSlip {
  /** So many lines above a slip are looked at. */
  private static final int LINES_ABOVE = 200;

  /** What a value without quotes does not begin with. */
  private static final String NOT_PLAIN = "'\"[{&*!|>#";

  private LineSlip() {}

  /** A quote that ends the text around it, or that has no end in its line. */
  static @Nullable SyntaxProblem quote(Location at, Source source) {
    String line = source.line(at.line());
    int quote = SyntaxProblem.indexOf(at, line) - 1;
    if (quote < 0 || (line.charAt(quote) != '\'' && line.charAt(quote) != '"')) {
      return null;
    }
    char sign = line.charAt(quote);
    Location runaway =
        count(sign, line.substring(0, quote + 1)) % 2 == 0 ? null : opened(sign, at, source);
    if (runaway != null) {
      return new SyntaxProblem(runaway, "the quote that opens here has no end in its line");
    }
    String expected =
        sign == '\''
            ? "'' for it, or double quotes around the text"
            : "\\\" for it, or single quotes around the text";
    return new SyntaxProblem(
        location(at.line(), quote, line),
        "a quote stands inside quotes (expected: " + expected + ")");
  }

  /** The nearest quote above that opens a text and does not close it in its line. */
  private static @Nullable Location opened(char sign, Location at, Source source) {
    int number = at.line();
    for (String line : source.linesAbove(number, LINES_ABOVE)) {
      number--;
      int last = line.lastIndexOf(sign);
      if (count(sign, line) % 2 == 1 && last > 0 && " [{".indexOf(line.charAt(last - 1)) >= 0) {
        return location(number, last, line);
      }
    }
    return null;
  }

  private static long count(char sign, String line) {
    return line.chars().filter(c -> c == sign).count();
  }

  /** A bracket that is not closed where the parser looks for its end. */
  static SyntaxProblem openBracket(Location bracket, Location at, String problem, Source source) {
    String line = source.line(bracket.line());
    int here = SyntaxProblem.indexOf(bracket, line);
    boolean list = here < line.length() && line.charAt(here) == '[';
    boolean sameLine = bracket.line() == at.line();
    boolean atEnd = problem.endsWith("<stream end>");
    if (!sameLine || atEnd || problem.endsWith(" }") || problem.endsWith(" ]")) {
      String doubt = sameLine || atEnd ? "" : " (or a comma is missing in line " + at.line() + ")";
      return new SyntaxProblem(
          bracket, "the bracket " + (list ? "[" : "{") + " that opens here is not closed" + doubt);
    }
    String missing =
        problem.endsWith(" :")
            ? "a comma or quotes are missing before this colon"
            : "a comma or " + (list ? "]" : "}") + " is missing here";
    return new SyntaxProblem(
        at, missing + " (the bracket opens at " + bracket.line() + ':' + bracket.column() + ")");
  }

  /** A dash that stands in another column than those it belongs to. */
  static @Nullable SyntaxProblem dash(Location at, Source source) {
    int column = dashOf(source.line(at.line()));
    if (column < 0) {
      return null;
    }
    int nearest = 0;
    int least = Integer.MAX_VALUE;
    int number = at.line();
    for (String line : source.linesAbove(number, LINES_ABOVE)) {
      number--;
      int other = dashOf(line);
      if (other >= 0 && Math.abs(other - column) < least) {
        least = Math.abs(other - column);
        nearest = number;
      }
    }
    return nearest == 0 || least == 0
        ? null
        : new SyntaxProblem(
            new Location(at.line(), column + 1),
            "this \"-\" is not under the one in line " + nearest);
  }

  /** Where the dash of a list stands at the beginning of a line, or -1. */
  private static int dashOf(String line) {
    int first = 0;
    while (first < line.length() && line.charAt(first) == ' ') {
      first++;
    }
    boolean dash = line.startsWith("- ", first) || line.substring(first).equals("-");
    return dash ? first : -1;
  }

  /** A value without quotes in which a colon and a space stand. */
  static @Nullable SyntaxProblem colon(Location at, Source source) {
    String line = source.line(at.line());
    int key = line.indexOf(": ");
    if (key < 0 || key >= SyntaxProblem.indexOf(at, line)) {
      return null;
    }
    String value = line.substring(key + 2).strip();
    if (NOT_PLAIN.indexOf(value.charAt(0)) >= 0) {
      return null;
    }
    int comment = value.indexOf(" #");
    String text = comment < 0 ? value : value.substring(0, comment).strip();
    char sign = text.indexOf('"') < 0 ? '"' : '\'';
    return new SyntaxProblem(
        location(at.line(), line.indexOf(value, key + 2), line),
        "text with a colon has to stand in quotes: " + sign + Printable.escaped(text) + sign);
  }

  static Location location(int line, int index, String text) {
    return new Location(line, text.codePointCount(0, index) + 1);
  }
}
