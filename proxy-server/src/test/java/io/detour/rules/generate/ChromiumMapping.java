package io.detour.rules.generate;

import java.util.List;

/** What the option of Chromium makes of names, as its documentation has it. */
public final class ChromiumMapping {
  private ChromiumMapping() {}

  /** The first mapping that matches, unless the name is excluded. */
  public static String mapped(String text, String name) {
    String option = text.lines().filter(line -> line.startsWith("--")).findFirst().orElseThrow();
    String list = option.substring(option.indexOf('"') + 1, option.length() - 1);
    String target = name;
    for (String rule : List.of(list.split(",", -1)).reversed()) {
      String[] words = rule.split(" ", -1);
      if (words[0].equals("MAP") && matches(words[1], name)) {
        target = words[2];
      }
    }
    for (String rule : list.split(",", -1)) {
      if (rule.startsWith("EXCLUDE ") && matches(rule.substring(8), name)) {
        return name;
      }
    }
    return target;
  }

  private static boolean matches(String pattern, String name) {
    return pattern.startsWith("*") ? name.endsWith(pattern.substring(1)) : name.equals(pattern);
  }
}
