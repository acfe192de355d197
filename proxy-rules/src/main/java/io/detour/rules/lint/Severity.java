package io.detour.rules.lint;

import java.util.Locale;

/** Whether rules may be used in spite of a finding. */
public enum Severity {
  /** They may. */
  WARNING,
  /** They may not. */
  ERROR;

  /** In lower case, as it is printed. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
