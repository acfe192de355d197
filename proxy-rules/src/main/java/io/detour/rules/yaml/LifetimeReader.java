package io.detour.rules.yaml;

import io.detour.rules.Brownout;
import io.detour.rules.Expiry;
import io.detour.rules.Lifetime;
import io.detour.rules.Malformed;
import io.detour.rules.OnExpiry;
import io.detour.rules.document.DurationText;
import io.detour.rules.document.Fields;
import io.detour.rules.document.Keys;
import io.detour.rules.document.Node;
import io.detour.rules.document.Problems;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.format.DateTimeParseException;
import org.jspecify.annotations.Nullable;

/** Reads when a rule holds: its {@code expires}, {@code on_expiry} and {@code brownout}. */
final class LifetimeReader {
  private static final Keys BROWNOUT_KEYS = Keys.of("cron", "for");

  private final Problems problems;
  private final ZoneId zone;

  /**
   * @param zone in which days and hours are meant
   */
  LifetimeReader(Problems problems, ZoneId zone) {
    this.problems = problems;
    this.zone = zone;
  }

  Lifetime read(Fields rule) {
    Expiry expiry = expiry(rule);
    Brownout brownout = brownout(rule);
    return expiry == null && brownout == null ? Lifetime.ALWAYS : new Lifetime(expiry, brownout);
  }

  private @Nullable Expiry expiry(Fields rule) {
    OnExpiry then = rule.word("on_expiry", OnExpiry.class);
    Node.Scalar day = rule.optionalText("expires");
    if (day == null) {
      if (rule.has("on_expiry") && !rule.has("expires")) {
        problems.add(rule.at("on_expiry"), "key \"on_expiry\" needs the key \"expires\"");
      }
      return null;
    }
    try {
      return Expiry.after(LocalDate.parse(day.text()), zone, then == null ? OnExpiry.WARN : then);
    } catch (DateTimeParseException e) {
      problems.add(day.at(), "expires: " + day.shown() + " (expected: a day like 2027-03-31)");
      return null;
    }
  }

  private @Nullable Brownout brownout(Fields rule) {
    Node node = rule.optional("brownout");
    Fields fields = node == null ? null : Fields.of(node, "\"brownout\"", BROWNOUT_KEYS, problems);
    if (fields == null) {
      return null;
    }
    Node.Scalar cron = fields.requiredText("cron");
    Node.Scalar length = fields.requiredText("for");
    Duration duration = length == null ? null : DurationText.parse(length.text());
    if (length != null && duration == null) {
      problems.add(
          length.at(), "for: " + length.shown() + " (expected: " + DurationText.EXPECTED + ")");
    }
    if (cron == null || duration == null) {
      return null;
    }
    return switch (Brownout.parse(cron.text(), duration, zone)) {
      case Brownout brownout -> brownout;
      case Malformed malformed -> {
        boolean isLength = malformed.problem().startsWith("for:");
        problems.add(fields.at(isLength ? "for" : "cron"), malformed.problem());
        yield null;
      }
    };
  }
}
