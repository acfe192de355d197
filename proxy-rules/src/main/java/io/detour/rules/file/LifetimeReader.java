package io.detour.rules.file;

import io.detour.rules.condition.Brownout;
import io.detour.rules.condition.Lifetime;
import io.detour.rules.condition.Lifetime.Expiry;
import io.detour.rules.condition.Lifetime.OnExpiry;
import io.detour.rules.document.DurationText;
import io.detour.rules.document.Fields;
import io.detour.rules.document.Fields.Keys;
import io.detour.rules.document.Node;
import io.detour.rules.document.Problems;
import io.detour.rules.document.TimeText;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneId;
import org.jspecify.annotations.Nullable;

/** Reads when a rule holds: its {@code expires}, {@code on_expiry} and {@code brownout}. */
record LifetimeReader(Problems problems, ZoneId zone) {
  private static final Keys BROWNOUT_KEYS = Keys.of("cron", "for");

  Lifetime read(Fields rule) {
    Expiry expiry = expiry(rule);
    Brownout brownout = brownout(rule);
    return expiry == null && brownout == null ? Lifetime.ALWAYS : new Lifetime(expiry, brownout);
  }

  private @Nullable Expiry expiry(Fields rule) {
    OnExpiry then = rule.word("on_expiry", OnExpiry.WARN);
    Node.Scalar day = rule.optionalText("expires");
    if (day == null) {
      if (rule.has("on_expiry") && !rule.has("expires")) {
        problems.add(rule.at("on_expiry"), "key \"on_expiry\" needs the key \"expires\"");
      }
      return null;
    }
    LocalDate lastDay = TimeText.day(day.text());
    if (lastDay == null) {
      String reason =
          TimeText.isNoDay(day.text()) ? TimeText.NO_DAY : "expected: a day like 2027-03-31";
      problems.add(day.at(), "expires: " + day.shown() + " (" + reason + ")");
      return null;
    }
    return Expiry.after(lastDay, zone, then);
  }

  private @Nullable Brownout brownout(Fields rule) {
    Fields fields = rule.optionalFields("brownout", BROWNOUT_KEYS);
    if (fields == null) {
      return null;
    }
    Node.Scalar cron = fields.requiredText("cron");
    Duration length = length(fields);
    if (cron == null) {
      return null;
    }
    Duration any = length == null ? Brownout.MIN_DURATION : length;
    Brownout brownout = problems.value(Brownout.parse(cron.text(), any, zone), cron.at(), "");
    return length == null ? null : brownout;
  }

  private @Nullable Duration length(Fields brownout) {
    Node node = brownout.required("for");
    if (node == null) {
      return null;
    }
    String text = node instanceof Node.Scalar scalar ? scalar.text() : "";
    Duration length = DurationText.parse(text);
    if (length != null && Brownout.isLength(length)) {
      return length;
    }
    Duration minutes = DurationText.parse(text + 'm');
    String advice =
        minutes != null && Brownout.isLength(minutes)
            ? "did you mean " + DurationText.of(minutes) + "?"
            : "expected: " + (length == null ? DurationText.EXPECTED : "1m to 24h");
    problems.add(node.at(), "for: " + node.shown() + " (" + advice + ")");
    return null;
  }
}
