package io.detour.server.dns;

import io.detour.core.Host;
import io.detour.core.Parsed;
import io.detour.rules.document.RegularFile;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What names are completed with (resolv.conf(5)). Immutable; any thread.
 *
 * @param domains canonical names, in the order in which they are tried
 * @param dots how many dots a name has that is tried as it is first
 */
record SearchDomains(List<String> domains, int dots) {
  static final SearchDomains NONE = new SearchDomains(List.of(), 1);

  private static final int MAX_DOTS = 15;
  private static final int MAX_FILE_BYTES = 1 << 20;

  SearchDomains {
    domains = List.copyOf(domains);
  }

  /**
   * Reads {@code search}, {@code domain} (of which the last line counts) and {@code options
   * ndots:N}. What cannot be read is as if it were not there.
   */
  static SearchDomains read(File file) {
    List<String> lines;
    try {
      lines =
          new String(RegularFile.read(file.toPath(), MAX_FILE_BYTES), StandardCharsets.ISO_8859_1)
              .lines()
              .toList();
    } catch (IOException e) {
      return NONE;
    }
    SearchDomains found = NONE;
    for (String line : lines) {
      List<String> words = List.of(line.strip().split("\\s+", -1));
      List<String> values = words.subList(1, words.size());
      found =
          switch (words.getFirst()) {
            case "search", "domain" -> new SearchDomains(names(values), found.dots);
            case "options" -> new SearchDomains(found.domains, dots(values, found.dots));
            default -> found;
          };
    }
    return found;
  }

  private static List<String> names(List<String> words) {
    List<String> names = new ArrayList<>();
    for (String word : words) {
      if (Host.parse(word.toLowerCase(Locale.ROOT)) instanceof Parsed.Value(Host host)
          && !host.isAddress()) {
        names.add(host.name());
      }
    }
    return names;
  }

  private static int dots(List<String> options, int otherwise) {
    for (String option : options) {
      if (option.matches("ndots:[0-9]{1,3}")) {
        return Math.min(Integer.parseInt(option.substring("ndots:".length())), MAX_DOTS);
      }
    }
    return otherwise;
  }

  /** The complete names that a name may stand for, in the order in which they are asked for. */
  List<String> candidates(String name) {
    if (domains.isEmpty()) {
      return List.of(name);
    }
    List<String> candidates = new ArrayList<>(domains.size() + 1);
    for (String domain : domains) {
      if (name.length() + 1 + domain.length() <= Host.MAX_NAME) {
        candidates.add(name + '.' + domain);
      }
    }
    boolean first = name.chars().filter(c -> c == '.').count() >= dots;
    candidates.add(first ? 0 : candidates.size(), name);
    return candidates;
  }
}
