package io.detour.server.decide;

import io.detour.rules.Mode;
import io.detour.rules.file.RuleFiles;
import io.detour.rules.lint.Lint.Setting;
import io.detour.rules.lint.RuleReview;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.function.Function;

/**
 * Says whether read rules may be used, and how far they go then. The same for the start, for every
 * reload and for {@code detour pipe}.
 *
 * @param setting what rules are judged against on a day
 * @param limit no rule goes further, whatever it says
 * @param zone in which the days and hours of rules are meant
 * @param clock the time of day
 */
public record RuleJudge(
    Function<LocalDate, Setting> setting, Mode limit, ZoneId zone, InstantSource clock) {

  /** With the clock and the time zone of this machine. */
  public static RuleJudge of(Function<LocalDate, Setting> setting, Mode limit) {
    return new RuleJudge(setting, limit, ZoneId.systemDefault(), InstantSource.system());
  }

  /**
   * Rules are refused as {@link RuleReview} says. They are judged by what they would do if nothing
   * limited them. Takes time: not for an event loop.
   */
  public RuleRead judge(RuleFiles files) {
    LocalDate today = LocalDate.ofInstant(clock.instant(), zone);
    return switch (RuleReview.of(files, setting.apply(today))) {
      case RuleReview.Accepted accepted ->
          new RuleRead.Accepted(accepted.files().rules().atMost(limit), accepted.findings());
      case RuleReview.Refused refused -> new RuleRead.Refused(refused.objections());
    };
  }
}
