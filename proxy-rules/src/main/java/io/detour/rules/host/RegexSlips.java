package io.detour.rules.host;

import com.google.re2j.Pattern;
import io.detour.rules.host.RegexTokenizer.RegexToken;
import java.util.List;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * What people get wrong about regular expressions for hosts. What is claimed is true; not every
 * mistake is seen. Immutable.
 *
 * @param impossible a character that every match would have and no host has, or null
 * @param never why it matches no host, as a clause, or null if it may match one
 * @param dotted the expression with a backslash before each dot between two labels, or null
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

  /** What every match of an expression needs: a form, and a character that no host has, if any. */
  private record RegexNeeds(HostForm form, @Nullable String impossible) {
    private static final String OF_HOSTS = "abcdefghijklmnopqrstuvwxyz0123456789-_.:";
    private static final String CAPITALS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    private static final RegexNeeds NOTHING = new RegexNeeds(HostForm.EMPTY, null);

    static RegexNeeds of(List<RegexToken> tokens) {
      return new Reading(tokens).group();
    }

    /** Whether a class has a character that stands in labels. */
    static boolean takesLabels(RegexToken.CharacterClass characterClass) {
      Pattern pattern = pattern(characterClass);
      return OF_HOSTS.chars().anyMatch(c -> c != '.' && c != ':' && matches(pattern, c));
    }

    private static Pattern pattern(RegexToken.CharacterClass characterClass) {
      return Pattern.compile(
          characterClass.text(), characterClass.foldsCase() ? Pattern.CASE_INSENSITIVE : 0);
    }

    private static boolean matches(Pattern pattern, int c) {
      return pattern.matches(Character.toString(c));
    }

    private RegexNeeds then(RegexNeeds next) {
      return new RegexNeeds(
          form.then(next.form), impossible == null ? next.impossible : impossible);
    }

    private RegexNeeds or(RegexNeeds other) {
      return new RegexNeeds(form.or(other.form), other.impossible == null ? null : impossible);
    }

    private RegexNeeds repeated(RegexToken.Repeat repeat) {
      return new RegexNeeds(
          form.repeated(repeat.min(), repeat.max()), repeat.min() == 0 ? null : impossible);
    }

    /** Goes through the words of an expression once. */
    private static final class Reading {
      private final List<RegexToken> tokens;
      private int at;

      Reading(List<RegexToken> tokens) {
        this.tokens = tokens;
      }

      /** What stands up to the end of a group or of the expression. */
      RegexNeeds group() {
        RegexNeeds alternative = sequence();
        while (at < tokens.size() && tokens.get(at) instanceof RegexToken.Bar) {
          at++;
          alternative = alternative.or(sequence());
        }
        return alternative;
      }

      private RegexNeeds sequence() {
        RegexNeeds before = NOTHING;
        RegexNeeds last = NOTHING;
        while (at < tokens.size()) {
          RegexToken token = tokens.get(at);
          if (token instanceof RegexToken.Bar || token instanceof RegexToken.Close) {
            break;
          }
          at++;
          if (token instanceof RegexToken.Repeat repeat) {
            last = last.repeated(repeat);
          } else {
            before = before.then(last);
            last = atom(token);
          }
        }
        return before.then(last);
      }

      private RegexNeeds atom(RegexToken token) {
        return switch (token) {
          case RegexToken.Open _ -> {
            RegexNeeds group = group();
            at++;
            yield group;
          }
          case RegexToken.OneCharacter character -> one(character);
          case RegexToken.CharacterClass characterClass -> {
            Pattern pattern = pattern(characterClass);
            yield new RegexNeeds(oneOf(c -> matches(pattern, c)), null);
          }
          case RegexToken.AnyCharacter _ -> new RegexNeeds(oneOf(c -> true), null);
          case RegexToken.Begin _ -> new RegexNeeds(HostForm.begin(), null);
          case RegexToken.End _, RegexToken.Boundary _ -> NOTHING;
          case RegexToken.Close _, RegexToken.Bar _, RegexToken.Repeat _ ->
              throw new IllegalArgumentException(token + " is not one thing");
        };
      }

      private static RegexNeeds one(RegexToken.OneCharacter character) {
        String text = Character.toString(character.codePoint());
        IntPredicate same =
            character.foldsCase()
                ? c -> text.equalsIgnoreCase(Character.toString(c))
                : c -> c == character.codePoint();
        return new RegexNeeds(oneOf(same), OF_HOSTS.chars().anyMatch(same) ? null : text);
      }

      private static HostForm oneOf(IntPredicate wanted) {
        return (OF_HOSTS + CAPITALS)
            .chars()
            .filter(wanted)
            .mapToObj(c -> HostForm.character((char) c))
            .reduce(HostForm.NONE, HostForm::or);
      }
    }
  }
}
