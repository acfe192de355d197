package io.detour.rules.host;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What people get wrong about regular expressions for hosts, as far as the text of one shows it.
 * What is claimed is true; not every mistake is seen. Immutable.
 *
 * @param impossible a character that every match would have and no host has, or null
 * @param never why it matches no host, as a clause, or null if it may match one
 * @param dotted the expression with a backslash before each dot that stands between two labels and
 *     has none, or null if there is no such dot
 */
public record RegexSlips(
    @Nullable String impossible, @Nullable String never, @Nullable String dotted) {
  /** Reads the text of an expression. */
  public static RegexSlips of(HostMatcher.Regex regex) {
    String text = regex.pattern().pattern();
    List<RegexToken> tokens = RegexTokenizer.tokens(text);
    RegexNeeds needs = RegexNeeds.of(tokens);
    return new RegexSlips(needs.impossible(), never(needs.form()), dotted(text, tokens));
  }

  private static @Nullable String never(HostForm form) {
    if (form.endsIn(HostForm.State.LABEL) || form.endsIn(HostForm.State.COLONS)) {
      return null;
    }
    if (form.endsIn(HostForm.State.DOT)) {
      return "hosts stand here without a dot at the end";
    }
    if (form.endsIn(HostForm.State.PORT)) {
      return "hosts stand here without a port";
    }
    if (form.endsIn(HostForm.State.BELOW_LABEL)) {
      return "no host begins with a dot, and an expression has to match the whole host";
    }
    return form.endsIn(HostForm.State.CAPITAL_LABEL)
        ? "hosts are in lower case"
        : "no host has this form";
  }

  private static @Nullable String dotted(String text, List<RegexToken> tokens) {
    StringBuilder dotted = new StringBuilder(text);
    for (int i = tokens.size() - 2; i > 0; i--) {
      if (tokens.get(i) instanceof RegexToken.AnyCharacter(int at)
          && endsLabel(tokens.get(i - 1))
          && beginsLabel(tokens, i + 1)) {
        dotted.insert(at, '\\');
      }
    }
    return dotted.length() == text.length() ? null : dotted.toString();
  }

  private static boolean endsLabel(RegexToken token) {
    return token instanceof RegexToken.Close
        || token instanceof RegexToken.Repeat
        || isOfLabel(token);
  }

  /** In a group, a label may begin with anything. */
  private static boolean beginsLabel(List<RegexToken> tokens, int from) {
    int at = from;
    while (at < tokens.size() && tokens.get(at) instanceof RegexToken.Open) {
      at++;
    }
    return at < tokens.size()
        && (isOfLabel(tokens.get(at))
            || (at > from && tokens.get(at) instanceof RegexToken.AnyCharacter));
  }

  private static boolean isOfLabel(RegexToken token) {
    return (token instanceof RegexToken.OneCharacter character
            && Character.isLetterOrDigit(character.codePoint()))
        || (token instanceof RegexToken.CharacterClass characterClass
            && RegexNeeds.takesLabels(characterClass));
  }
}
