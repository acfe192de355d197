package io.detour.rules;

import io.detour.core.Host;
import io.detour.core.Parsed;
import io.detour.rules.host.Captures;
import io.detour.rules.host.HostMatcher;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** How the host of a target comes about; one record per kind. Immutable. */
public sealed interface HostRewrite {
  /** The host to dial. */
  Parsed<Host> apply(Host asked, Captures captures);

  /** Why this cannot be filled in when the matcher matches, as one sentence, or null. */
  default @Nullable String mismatch(HostMatcher matcher) {
    return null;
  }

  /** As a rule file has it; an IPv6 address in brackets. */
  @Override
  String toString();

  record Constant(Host host) implements HostRewrite {
    @Override
    public Parsed<Host> apply(Host asked, Captures captures) {
      return Parsed.of(host);
    }

    @Override
    public String toString() {
      return host.bracketed();
    }
  }

  record Original() implements HostRewrite {
    @Override
    public Parsed<Host> apply(Host asked, Captures captures) {
      return Parsed.of(asked);
    }

    @Override
    public String toString() {
      return Target.ORIGINAL;
    }
  }

  /** A host with placeholders; what it makes is read as any other host before it is used. */
  record Template(List<Piece> pieces) implements HostRewrite {
    public Template {
      pieces = List.copyOf(pieces);
    }

    @Override
    public Parsed<Host> apply(Host asked, Captures captures) {
      StringBuilder text = new StringBuilder(Host.MAX_NAME);
      for (Piece piece : pieces) {
        text.append(piece.fill(captures));
      }
      return Host.parse(text.toString());
    }

    @Override
    public @Nullable String mismatch(HostMatcher matcher) {
      return pieces.stream()
          .map(piece -> piece.mismatch(matcher))
          .filter(Objects::nonNull)
          .findFirst()
          .orElse(null);
    }

    @Override
    public String toString() {
      return pieces.stream().map(Piece::toString).collect(Collectors.joining());
    }
  }

  /** A part of a template. */
  sealed interface Piece {
    /** The text of this part; the captures are of the kind that {@link #mismatch} asks for. */
    String fill(Captures captures);

    /** Why a matcher captures nothing for this part, as one sentence, or null. */
    default @Nullable String mismatch(HostMatcher matcher) {
      return null;
    }

    @Override
    String toString();
  }

  /** Text that stands in the host as it is. */
  record Literal(String text) implements Piece {
    @Override
    public String fill(Captures captures) {
      return text;
    }

    @Override
    public String toString() {
      return text;
    }
  }

  /** {@code {prefix}}: what stands before the suffix. */
  record PrefixPlace() implements Piece {
    @Override
    public String fill(Captures captures) {
      return switch (captures) {
        case Captures.Prefix prefix -> prefix.text();
        case Captures.None _, Captures.Groups _ -> throw notCaptured(this, captures);
      };
    }

    @Override
    public @Nullable String mismatch(HostMatcher matcher) {
      return switch (matcher) {
        case HostMatcher.Suffix _ -> null;
        case HostMatcher.Exact _, HostMatcher.Regex _ ->
            "{prefix} needs a suffix, but the rule also matches " + matcher;
      };
    }

    @Override
    public String toString() {
      return "{prefix}";
    }
  }

  /** {@code {1}}: a group of the regular expression, or the whole host if it is 0. */
  record GroupPlace(int number) implements Piece {
    @Override
    public String fill(Captures captures) {
      return switch (captures) {
        case Captures.Groups groups -> groups.texts().get(number);
        case Captures.None _, Captures.Prefix _ -> throw notCaptured(this, captures);
      };
    }

    @Override
    public @Nullable String mismatch(HostMatcher matcher) {
      return switch (matcher) {
        case HostMatcher.Regex regex -> {
          int groups = regex.pattern().groupCount();
          yield number <= groups
              ? null
              : this + " is beyond the groups of " + regex + " (" + groups + ")";
        }
        case HostMatcher.Exact _, HostMatcher.Suffix _ ->
            this + " needs a regex, but the rule also matches " + matcher;
      };
    }

    @Override
    public String toString() {
      return "{" + number + "}";
    }
  }

  private static IllegalArgumentException notCaptured(Piece piece, Captures captures) {
    return new IllegalArgumentException(piece + " has no value in " + captures);
  }
}
