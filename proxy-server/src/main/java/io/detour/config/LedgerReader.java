package io.detour.config;

import io.detour.core.Parsed;
import io.detour.ops.ledger.LedgerOptions;
import io.detour.ops.ledger.LedgerUrl;
import io.detour.rules.document.Fields;
import io.detour.rules.document.Fields.Keys;
import io.detour.rules.document.Node;
import io.detour.rules.document.Problems;
import java.nio.file.Path;

/** Reads {@code ledger}. For one file. No problem shows a URL, since that may hold a password. */
final class LedgerReader {
  private static final Keys KEYS = Keys.of("url", "retention", "max_entries");

  private final ScalarReader scalars;
  private final Problems problems;

  LedgerReader(ScalarReader scalars, Problems problems) {
    this.scalars = scalars;
    this.problems = problems;
  }

  /** What the file says, and the usual where it says nothing. */
  LedgerOptions ledger(Fields file, LedgerOptions usual) {
    Fields fields = scalars.section(file, "ledger", KEYS);
    return fields == null
        ? usual
        : new LedgerOptions(
            url(fields, usual.url()),
            scalars.duration(
                fields,
                "retention",
                LedgerOptions.MIN_RETENTION,
                LedgerOptions.MAX_RETENTION,
                usual.retention()),
            scalars.count(fields, "max_entries", 1, LedgerOptions.MAX_ENTRIES, usual.maxEntries()));
  }

  private LedgerUrl url(Fields fields, LedgerUrl usual) {
    Node.Scalar text = fields.optionalText("url");
    if (text == null) {
      return usual;
    }
    return switch (LedgerUrl.parse(text.text())) {
      case Parsed.Value(LedgerUrl.Sqlite(Path file)) -> new LedgerUrl.Sqlite(scalars.beside(file));
      case Parsed.Value(LedgerUrl url) -> url;
      case Parsed.Malformed(String problem) -> {
        problems.add(text.at(), "url: " + problem + " (expected: " + LedgerUrl.EXPECTED + ")");
        yield usual;
      }
    };
  }
}
