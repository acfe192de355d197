package io.detour.rules;

/** What a text is read into: a cron line, or the reason why it is none. */
sealed interface ParsedCronLine permits CronLine, Malformed {}
