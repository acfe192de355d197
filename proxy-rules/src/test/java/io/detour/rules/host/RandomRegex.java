package io.detour.rules.host;

import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.function.Function;

/**
 * A random expression with a way to make texts that it matches, mostly: what stands under flags or
 * between anchors is made as if it did not.
 *
 * @param text an expression that RE2/J compiles
 */
record RandomRegex(String text, Function<Random, String> maker) {
  private static final List<String> WORDS =
      List.of("a", "b", "ab", "erp", "app-", "-", "old", "net", "x1", "prod_", ".", ".old.net");

  /** A text that is likely to match, in lower case. */
  String match(Random random) {
    return maker.apply(random);
  }

  /** A host of the same words. */
  static String host(Random random) {
    StringBuilder host = new StringBuilder(WORDS.get(random.nextInt(9)));
    for (int n = random.nextInt(4); n > 0; n--) {
      host.append(WORDS.get(random.nextInt(WORDS.size())));
    }
    return host.toString();
  }

  static RandomRegex random(Random random) {
    return random.nextInt(6) == 0 ? nearlyPlain(random) : sequence(random, 3);
  }

  /** What people write when a suffix or a name would do, with all its pitfalls. */
  private static RandomRegex nearlyPlain(Random random) {
    List<String> heads =
        List.of(
            ".*",
            ".+",
            "[^.]+",
            "(.*\\.)?",
            "(.+[.])*",
            "([^.]+\\.)*",
            "([^.]+\\.)+",
            "(.*\\.)+",
            "^(.*)",
            "(?i).*",
            "(erp|.*)",
            "",
            "^",
            "(?:ab|.+)",
            "(.*\\.){0,1}",
            "(.*\\.){0}");
    List<String> tails =
        List.of("\\.old\\.net", "old\\.net", "[.]old", "erp\\.OLD", "net$", "\\.net?", ".old", "1");
    String tail = tails.get(random.nextInt(tails.size()));
    String made = tail.replaceAll("[^a-z.1]", "");
    return new RandomRegex(
        heads.get(random.nextInt(heads.size())) + tail,
        r -> List.of("", "a", "erp", "a.", "a.b.").get(r.nextInt(5)) + made);
  }

  private static RandomRegex sequence(Random random, int depth) {
    RandomRegex sequence = atom(random, depth);
    for (int n = random.nextInt(4); n > 0; n--) {
      RandomRegex one = sequence;
      RandomRegex two = atom(random, depth);
      sequence = new RandomRegex(one.text + two.text, r -> one.maker.apply(r) + two.maker.apply(r));
    }
    return sequence;
  }

  private static RandomRegex atom(Random random, int depth) {
    return switch (random.nextInt(depth == 0 ? 4 : 9)) {
      case 0, 1 -> word(random);
      case 2 -> characterClass(random);
      case 3 -> odd(random);
      case 4, 5 -> repeated(random, depth);
      case 6 -> group(random, alternation(random, depth));
      case 7 -> alternationOrSequence(random, depth);
      default -> group(random, sequence(random, depth - 1));
    };
  }

  private static RandomRegex word(Random random) {
    String word = WORDS.get(random.nextInt(WORDS.size()));
    String written = random.nextInt(5) == 0 ? word.replace(".", "[.]") : word.replace(".", "\\.");
    return new RandomRegex(
        random.nextInt(12) == 0 ? written.toUpperCase(Locale.ROOT) : written, r -> word);
  }

  private static RandomRegex characterClass(Random random) {
    List<String> classes =
        List.of(
            ".", "[a-z]", "[^.]", "\\d", "\\w", "[0-9a-f]", "[a]", "[[:alpha:]]", "\\pL", "[b.]");
    List<String> members = List.of("a", "b", "a", "7", "b", "c", "a", "e", "z", ".");
    int which = random.nextInt(classes.size());
    return new RandomRegex(classes.get(which), r -> members.get(which));
  }

  /** What takes no room, or is another way to write a character. */
  private static RandomRegex odd(Random random) {
    List<String> odd =
        List.of(
            "^",
            "$",
            "\\b",
            "\\B",
            "\\A",
            "\\z",
            "(?i)",
            "(?-i)",
            "(?s)",
            "()",
            "(?:)",
            "\\x61",
            "\\x{62}",
            "\\141",
            "{",
            "{,2}",
            "{01}",
            "[!-[:]",
            "]",
            "[^]a]",
            "\ud83d\ude00",
            "\\-");
    List<String> made =
        List.of(
            "",
            "",
            "",
            "",
            "",
            "",
            "",
            "",
            "",
            "",
            "",
            "a",
            "b",
            "a",
            "{",
            "{,2}",
            "{01}",
            ":",
            "]",
            "b",
            "\ud83d\ude00",
            "-");
    int which = random.nextInt(odd.size());
    return new RandomRegex(odd.get(which), r -> made.get(which));
  }

  private static RandomRegex repeated(Random random, int depth) {
    RandomRegex inner =
        random.nextInt(3) == 0
            ? characterClass(random)
            : group(random, random.nextBoolean() ? word(random) : sequence(random, depth - 1));
    List<String> signs = List.of("*", "+", "?", "{0,2}", "{1,2}", "{2}", "{1,}", "{0}", "*?", "??");
    int[] least = {0, 1, 0, 0, 1, 2, 1, 0, 0, 0};
    int[] more = {3, 3, 2, 3, 2, 1, 3, 1, 3, 2};
    int which = random.nextInt(signs.size());
    return new RandomRegex(
        inner.text + signs.get(which),
        r -> {
          StringBuilder text = new StringBuilder();
          for (int n = least[which] + r.nextInt(more[which]); n > 0; n--) {
            text.append(inner.maker.apply(r));
          }
          return text.toString();
        });
  }

  private static RandomRegex alternation(Random random, int depth) {
    RandomRegex one = sequence(random, depth - 1);
    RandomRegex two = random.nextInt(5) == 0 ? new RandomRegex("", r -> "") : word(random);
    return new RandomRegex(
        one.text + '|' + two.text, r -> (r.nextBoolean() ? one : two).maker.apply(r));
  }

  private static RandomRegex alternationOrSequence(Random random, int depth) {
    return depth == 3 ? alternation(random, depth) : group(random, alternation(random, depth));
  }

  private static RandomRegex group(Random random, RandomRegex inner) {
    String open =
        List.of("(", "(?:", "(?i:", "(?P<g" + random.nextInt(1 << 30) + ">").get(random.nextInt(4));
    return new RandomRegex(open + inner.text + ')', inner.maker);
  }
}
