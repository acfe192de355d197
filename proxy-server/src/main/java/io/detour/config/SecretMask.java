package io.detour.config;

import static java.util.regex.Pattern.CASE_INSENSITIVE;

import io.detour.rules.document.Problem;
import io.detour.server.dial.Parent;
import java.util.regex.Pattern;

/**
 * Hides the credentials of addresses ({@code http://user:password@host}, {@code
 * jdbc:postgresql://host/ledger?password=…}) that a message quotes, wherever in the file they
 * stand: a slip in the syntax is found before it is known what a text is.
 */
final class SecretMask {
  /** What follows the scheme in {@link Parent#EXPECTED}, and in a message that names schemes. */
  private static final String NO_SECRET = "(?! |\\[USER:)";

  private static final String QUOTED = "(?:\\\\.|[^\"\\\\])*";

  /** All of {@code userinfo}, and more if there is another {@code @} in the same quotes. */
  private static final Pattern WHOLE = Pattern.compile("://" + NO_SECRET + QUOTED + "@");

  /** What is left of it in quotes when YAML ends the text before the {@code @}. */
  private static final Pattern CUT =
      Pattern.compile("://" + NO_SECRET + "(?!\\Q" + Parent.MASK + "\\E)" + QUOTED + ":" + QUOTED);

  /** A parameter of a database URL, such as {@code ?user=} or {@code &sslpassword=}. */
  private static final Pattern PARAMETER =
      Pattern.compile("([?&][A-Za-z]*(?:user|pass|key)[A-Za-z]*=)[^&\"\\s]*", CASE_INSENSITIVE);

  private SecretMask() {}

  /** The same problem without secrets. */
  static Problem over(Problem problem) {
    String whole = WHOLE.matcher(problem.message()).replaceAll("://" + Parent.MASK + "@");
    String cut = CUT.matcher(whole).replaceAll("://" + Parent.MASK);
    String message = PARAMETER.matcher(cut).replaceAll("$1" + Parent.MASK);
    return new Problem(problem.file(), problem.line(), problem.column(), message);
  }
}
