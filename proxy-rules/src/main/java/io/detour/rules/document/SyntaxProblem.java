package io.detour.rules.document;

import io.detour.core.Printable;
import io.detour.rules.document.Node.Location;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;

/**
 * What is wrong with the syntax of a YAML text: common slips in the terms of rule files, everything
 * else in those of the parser.
 */
record SyntaxProblem(Location at, String message) {
  /** A key with a colon and no space behind it, at the beginning of a line. */
  private static final Pattern JOINED_KEY =
      Pattern.compile("[ {-]*([A-Za-z_][A-Za-z0-9_-]*:)(?=[^ :/])");

  private static final String TAB = "a tab stands where YAML wants spaces";
  private static final String SAME_COLUMN = "the keys of a mapping begin in the same column";

  static SyntaxProblem of(MarkedYamlEngineException e, Source source) {
    Location at = e.getProblemMark().map(SyntaxProblem::location).orElse(Location.START);
    Optional<Location> begin = e.getContextMark().map(SyntaxProblem::location);
    Location word = begin.orElse(at);
    SyntaxProblem tab = e.getProblem().contains(" after \\t(TAB)") ? tab(word, source) : null;
    return tab == null ? inContext(e, at, begin, source) : tab;
  }

  private static SyntaxProblem inContext(
      MarkedYamlEngineException e, Location at, Optional<Location> begin, Source source) {
    Location word = begin.orElse(at);
    return switch (e.getContext()) {
      case "while scanning an alias" -> alias(word, source);
      case "while scanning an anchor" -> new SyntaxProblem(word, taken("an anchor", word, source));
      case "while scanning a tag" -> new SyntaxProblem(word, taken("a tag", word, source));
      case "while scanning for the next token" -> token(at, source);
      case null, default -> {
        SyntaxProblem slip = slip(e.getProblem(), at, word, source);
        yield slip == null ? new SyntaxProblem(at, inParserTerms(e, begin)) : slip;
      }
    };
  }

  /** A slip that the parser sees only by what follows. */
  private static @Nullable SyntaxProblem slip(
      String problem, Location at, Location word, Source source) {
    if (problem.equals("mapping values are not allowed here")) {
      SyntaxProblem joined = joinedKey(at, source);
      SyntaxProblem colon = joined == null ? LineSlip.colon(at, source) : joined;
      return colon == null ? LineSlip.dash(at, source) : colon;
    }
    if (problem.equals("could not find expected ':'")) {
      return missingColon(word, source);
    }
    if (problem.startsWith("found undefined tag handle")) {
      return new SyntaxProblem(word, taken("a tag", word, source));
    }
    if (problem.startsWith("found unknown escape character")) {
      return escape(at, source);
    }
    if (problem.startsWith("found unexpected end of stream")) {
      return new SyntaxProblem(word, "the quote that opens here has no end");
    }
    return problem.startsWith("expected") ? unexpected(problem, at, word, source) : null;
  }

  private static @Nullable SyntaxProblem unexpected(
      String problem, Location at, Location word, Source source) {
    SyntaxProblem bracket = bracket(at, source);
    SyntaxProblem quote = bracket == null ? LineSlip.quote(at, source) : bracket;
    if (quote != null) {
      return quote;
    }
    if (problem.startsWith("expected ','")) {
      return LineSlip.openBracket(word, at, problem, source);
    }
    if (!problem.startsWith("expected <block end>")) {
      return null;
    }
    String line = source.line(at.line());
    boolean first = line.substring(0, indexOf(at, line)).isBlank();
    SyntaxProblem tab = first ? tab(at, source) : null;
    return tab == null ? LineSlip.dash(at, source) : tab;
  }

  /** A backslash in double quotes, as regular expressions have them. */
  private static SyntaxProblem escape(Location at, Source source) {
    String line = source.line(at.line());
    int here = indexOf(at, line);
    String sign = here < line.length() ? Character.toString(line.codePointAt(here)) : "";
    return new SyntaxProblem(
        new Location(at.line(), at.column() - 1),
        "\\%s means nothing in double quotes (a regular expression stands in single quotes)"
            .formatted(Printable.escaped(sign)));
  }

  private static SyntaxProblem alias(Location at, Source source) {
    String word = wordFrom(at, source);
    String advice =
        word.startsWith("*.")
            ? "; for all names below a domain: suffix: " + Printable.escaped(word.substring(1))
            : "";
    return new SyntaxProblem(
        at,
        "YAML takes " + Printable.quoted(word) + " for an alias (put it in quotes" + advice + ")");
  }

  private static String taken(String what, Location at, Source source) {
    String word = Printable.quoted(wordFrom(at, source));
    return "YAML takes " + word + " for " + what + " (put it in quotes)";
  }

  /** The first tab among the blanks in front of a place, if there is one. */
  private static @Nullable SyntaxProblem tab(Location at, Source source) {
    String line = source.line(at.line());
    int end = indexOf(at, line);
    int begin = end;
    while (begin > 0 && " \t".indexOf(line.charAt(begin - 1)) >= 0) {
      begin--;
    }
    int tab = line.indexOf('\t', begin, end);
    return tab < 0 ? null : new SyntaxProblem(LineSlip.location(at.line(), tab, line), TAB);
  }

  private static SyntaxProblem token(Location at, Source source) {
    String word = wordFrom(at, source);
    return new SyntaxProblem(
        at,
        word.startsWith("\t")
            ? TAB
            : Printable.quoted(word)
                + " begins with a character that means something to YAML"
                + " (put it in quotes)");
  }

  private static @Nullable SyntaxProblem joinedKey(Location at, Source source) {
    for (int line = at.line(); line >= Math.max(1, at.line() - 1); line--) {
      Matcher matcher = JOINED_KEY.matcher(source.line(line));
      if (matcher.lookingAt()) {
        return new SyntaxProblem(
            new Location(line, matcher.end() + 1),
            "a space is missing behind \"" + matcher.group(1) + '"');
      }
    }
    return null;
  }

  private static SyntaxProblem missingColon(Location word, Source source) {
    String message = "text stands where a key is expected (is a colon missing?)";
    return Objects.requireNonNullElse(joinedKey(word, source), new SyntaxProblem(word, message));
  }

  /** Text beside a bracket, as in a template without quotes. */
  private static @Nullable SyntaxProblem bracket(Location at, Source source) {
    String line = source.line(at.line());
    int here = indexOf(at, line);
    char before = here == 0 ? ' ' : line.charAt(here - 1);
    boolean behind = before == '}' || before == ']';
    char first = here == line.length() ? ' ' : line.charAt(here);
    boolean inside = (first == '{' || first == '[') && before > ' ';
    boolean address = first == ':' && before == '[';
    if (first == ' ' || !(behind || inside || address)) {
      return null;
    }
    int begin = here;
    while (begin > 0 && !Character.isWhitespace(line.charAt(begin - 1))) {
      begin--;
    }
    Location word = LineSlip.location(at.line(), begin, line);
    return new SyntaxProblem(
        word,
        "text with brackets has to stand in quotes: \"%s\""
            .formatted(Printable.escaped(balanced(wordFrom(word, source)))));
  }

  /** A word without the bracket at its end that belongs to what is around it. */
  private static String balanced(String word) {
    boolean open =
        word.chars().filter(c -> c == '{').count() >= word.chars().filter(c -> c == '}').count();
    return open || !word.endsWith("}") ? word : word.substring(0, word.length() - 1);
  }

  private static String wordFrom(Location at, Source source) {
    String line = source.line(at.line());
    int begin = indexOf(at, line);
    int end = begin;
    while (end < line.length() && (end == begin || " \t,".indexOf(line.charAt(end)) < 0)) {
      end++;
    }
    return line.substring(begin, end);
  }

  static int indexOf(Location at, String line) {
    int characters = Math.min(at.column() - 1, line.codePointCount(0, line.length()));
    return line.offsetByCodePoints(0, characters);
  }

  private static String inParserTerms(MarkedYamlEngineException e, Optional<Location> begin) {
    String problem = e.getProblem();
    String context = e.getContext();
    String advice =
        problem.equals("mapping values are not allowed here")
            ? "text with a colon and a space stands in quotes, and " + SAME_COLUMN
            : problem.startsWith("expected <block end>") ? SAME_COLUMN : "";
    String where =
        context == null || context.isEmpty()
            ? ""
            : Printable.escaped(context)
                + begin.map(at -> " that begins at " + at.line() + ':' + at.column()).orElse("");
    String separator = where.isEmpty() || advice.isEmpty() ? "" : "; ";
    String remark = where + separator + advice;
    return "YAML syntax: %s%s"
        .formatted(Printable.escaped(problem), remark.isEmpty() ? "" : " (" + remark + ")");
  }

  static Location location(Mark mark) {
    return new Location(mark.getLine() + 1, mark.getColumn() + 1);
  }
}
