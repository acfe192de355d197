package io.detour.rules.host;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import io.detour.core.Host;
import io.detour.core.Parsed;
import io.detour.core.Printable;
import java.net.IDN;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What people write in a rule file where a host or a target is expected, and what they probably
 * meant. For files only: a client is never shown what it has sent.
 */
public final class HostSlip {
  private static final Pattern URL =
      Pattern.compile("[A-Za-z][A-Za-z0-9+.-]*://(?:[^/?#]*@)?([^/?#]+).*", Pattern.DOTALL);
  private static final Pattern PATH =
      Pattern.compile("([^/?#]+\\.[^/?#]+)/(?:[^0-9].*)?", Pattern.DOTALL);
  private static final Pattern PORT = Pattern.compile("(.*):[0-9]*");
  private static final Pattern BRACKETS = Pattern.compile("\\[(.*)\\]");
  private static final Pattern CURLY_QUOTES =
      Pattern.compile("[\u2018-\u201f\u00ab\u00bb\u2039\u203a]");
  private static final Pattern FOREIGN_GROUP = Pattern.compile("[$\\\\]\\{?([0-9]{1,2})\\}?");

  private static final Pattern PLACE = Pattern.compile("\\{(?:prefix|[0-9]{1,3})\\}");

  /** What IDNA 2003 and 2008 make different names of (UTS 46, section 2.3). */
  private static final Pattern DEVIATION = Pattern.compile("[\u00df\u03c2\u200c\u200d]");

  private HostSlip() {}

  /** What is wrong with a text that is no host or domain, with the likely correction. */
  static String inMatcher(String text, String problem) {
    Predicate<String> isHost = meant -> Host.parse(withoutDot(meant)) instanceof Parsed.Value<Host>;
    if (URL.matches(text)) {
      return "it is a URL" + advice(meant(List.of(withoutPort(withoutPath(text))), isHost));
    }
    if (text.startsWith("[") && text.endsWith("]")) {
      String meant = meant(List.of(withoutPort(text)), isHost);
      return meant == null
          ? problem
          : "an IPv6 address stands without brackets here" + advice(meant);
    }
    String withoutPort = withoutPort(text);
    if (!withoutPort.equals(text) && isHost.test(withoutPort)) {
      return "a port stands in match.port" + advice(withoutPort);
    }
    String host = withoutPath(text);
    return reason(text, problem)
        + advice(meant(List.of(host, withoutQuotes(text), ascii(text)), isHost));
  }

  /** What is wrong with a text that is no target, with the likely correction. */
  public static String inTarget(String text, String problem, Predicate<String> isTarget) {
    String path = withoutPath(text);
    if (URL.matches(text)) {
      return "it is a URL" + advice(meant(List.of(path, withoutPort(path)), isTarget));
    }
    String bracketed = '[' + text + ']';
    String star = text.startsWith("*.") ? "{prefix}" + text.substring(1) : text;
    String groups = FOREIGN_GROUP.matcher(text).replaceAll("{$1}");
    String filled = withoutPort(PLACE.matcher(text).replaceAll("a"));
    String reason =
        filled.indexOf('{') < 0 && filled.indexOf('}') < 0 ? reason(filled, problem) : problem;
    return reason
        + advice(
            meant(
                List.of(path, bracketed, star, groups, withoutQuotes(text), ascii(text)),
                isTarget));
  }

  private static @Nullable String meant(List<String> candidates, Predicate<String> isMeant) {
    return candidates.stream().filter(isMeant).findFirst().orElse(null);
  }

  private static String advice(@Nullable String meant) {
    return meant == null ? "" : " (did you mean " + Printable.verbatim(meant) + "?)";
  }

  /** The first character that no name has, or the problem if that is another. */
  private static String reason(String text, String problem) {
    int wrong = text.codePoints().filter(c -> !isNameCharacter(c)).findFirst().orElse('.');
    if (wrong == '.' || text.indexOf(':') >= 0) {
      return problem;
    }
    String number = wrong < 0x80 ? "" : String.format(" (U+%04X)", wrong);
    return Printable.verbatim(Character.toString(wrong))
        + number
        + " is not an ASCII letter, digit, hyphen, underscore or dot";
  }

  private static boolean isNameCharacter(int c) {
    return c < 0x80 && (Character.isLetterOrDigit(c) || c == '-' || c == '_' || c == '.');
  }

  private static String withoutDot(String text) {
    return text.startsWith(".") ? text.substring(1) : text;
  }

  /** The authority of a URL, with its port, or what stands before the first slash. */
  private static String withoutPath(String text) {
    Matcher url = URL.matcher(text);
    if (url.matches()) {
      return url.group(1);
    }
    Matcher path = PATH.matcher(text);
    return path.matches() ? path.group(1) : text;
  }

  /** The host of a host and a port, an IPv6 address without its brackets. */
  private static String withoutPort(String text) {
    Matcher port = PORT.matcher(text);
    boolean hasPort =
        port.matches() && (port.group(1).indexOf(':') < 0 || port.group(1).endsWith("]"));
    String host = hasPort ? port.group(1) : text;
    Matcher brackets = BRACKETS.matcher(host);
    return brackets.matches() ? brackets.group(1) : host;
  }

  private static String withoutQuotes(String text) {
    return CURLY_QUOTES.matcher(text).replaceAll("");
  }

  /** An international name in its ASCII form (RFC 3490), or the text if it is none. */
  private static String ascii(String text) {
    boolean letters = text.codePoints().allMatch(c -> c < 0x80 || Character.isLetterOrDigit(c));
    boolean foreign = text.codePoints().anyMatch(c -> c >= 0x80);
    if (!foreign || !letters || text.length() > Host.MAX_NAME || DEVIATION.matcher(text).find()) {
      return text;
    }
    try {
      String name = withoutDot(text);
      String dot = name.length() == text.length() ? "" : ".";
      return dot + IDN.toASCII(name).toLowerCase(Locale.ROOT);
    } catch (IllegalArgumentException e) {
      return text;
    }
  }
}
