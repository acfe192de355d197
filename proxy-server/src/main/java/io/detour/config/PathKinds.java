package io.detour.config;

import io.detour.config.ConfigurationReader.Entry;
import io.detour.config.ValueKind.Structure;
import io.detour.core.Parsed;
import io.detour.ops.ledger.LedgerUrl;
import io.detour.rules.document.Fields;
import io.detour.rules.document.Node;
import io.detour.server.decide.RuleSource;
import io.detour.server.log.LogOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** Values that may be paths: relative to the folder of the file, and written absolute. */
final class PathKinds {
  static final ValueKind<RuleSource> RULES =
      new Structure<>(PathKinds::rules, PathKinds::writeRules);
  static final ValueKind<List<Path>> LIST =
      new Structure<>(
          (entry, usual) ->
              entry.value() == null ? usual : Entry.each(entry.list(), item -> path(entry, item)),
          (section, key, paths) ->
              ConfigurationYaml.putAll(
                  section, key, paths.stream().map(PathKinds::absolute).toList()));
  static final ValueKind<Optional<Path>> OPTIONAL =
      new Structure<>(
          PathKinds::optional,
          (section, key, path) ->
              section.put(key, path.map(PathKinds::absolute).orElse(ValueKind.OFF)));
  static final ValueKind<LogOptions.Target> LOG =
      new Structure<>(PathKinds::log, PathKinds::writeLog);

  /** No problem shows the URL, since that may hold a password. */
  static final ValueKind<LedgerUrl> LEDGER =
      new Structure<>(PathKinds::ledger, PathKinds::writeLedger);

  private PathKinds() {}

  static String absolute(Path path) {
    return path.toAbsolutePath().normalize().toString();
  }

  private static RuleSource rules(Entry entry, RuleSource usual) {
    if (entry.value() instanceof Node.Sequence list && list.items().isEmpty()) {
      return new RuleSource.Listed(List.of());
    }
    List<Path> paths = Entry.each(entry.list(), item -> path(entry, item));
    return paths.isEmpty() ? usual : new RuleSource.Listed(paths);
  }

  private static @Nullable Path path(Entry entry, Node item) {
    Node.Scalar text = entry.text(item);
    return text == null ? null : entry.path(text);
  }

  private static void writeRules(ObjectNode section, String key, RuleSource rules) {
    if (rules instanceof RuleSource.Listed(List<Path> paths)) {
      ConfigurationYaml.putAll(section, key, paths.stream().map(PathKinds::absolute).toList());
    }
  }

  private static Optional<Path> optional(Entry entry, Optional<Path> usual) {
    Node.Scalar text = entry.text();
    return text == null || ValueKind.isWord(text, ValueKind.OFF)
        ? usual
        : Optional.ofNullable(entry.path(text));
  }

  private static LogOptions.Target log(Entry entry, LogOptions.Target usual) {
    Node.Scalar text = entry.text();
    if (text == null) {
      return usual;
    }
    for (LogOptions.Target.Stream stream : LogOptions.Target.Stream.values()) {
      if (text.text().equals(Fields.wordOf(stream))) {
        return stream;
      }
    }
    Path path = entry.path(text);
    return path == null ? usual : target(path);
  }

  /** Opened by this name, standard output that is a file would be another one, and begin anew. */
  private static LogOptions.Target target(Path path) {
    return switch (path.toString()) {
      case "/dev/stdout" -> LogOptions.Target.Stream.STDOUT;
      case "/dev/stderr" -> LogOptions.Target.Stream.STDERR;
      default -> new LogOptions.Target.File(path);
    };
  }

  private static void writeLog(ObjectNode section, String key, LogOptions.Target target) {
    section.put(
        key,
        switch (target) {
          case LogOptions.Target.File file -> absolute(file.path());
          case LogOptions.Target.Stream stream -> Fields.wordOf(stream);
        });
  }

  private static LedgerUrl ledger(Entry entry, LedgerUrl usual) {
    Node.Scalar text = entry.text();
    if (text == null) {
      return usual;
    }
    return switch (LedgerUrl.parse(text.text())) {
      case Parsed.Value(LedgerUrl.Sqlite(Path file)) -> new LedgerUrl.Sqlite(entry.beside(file));
      case Parsed.Value(LedgerUrl url) -> url;
      case Parsed.Malformed(String problem) -> {
        entry.problem(text.at(), "url: " + problem + " (expected: " + LedgerUrl.EXPECTED + ")");
        yield usual;
      }
    };
  }

  private static void writeLedger(ObjectNode section, String key, LedgerUrl url) {
    section.put(
        key,
        url instanceof LedgerUrl.Sqlite(Path file)
            ? LedgerUrl.SQLITE_SCHEME + absolute(file)
            : url.toString());
  }
}
