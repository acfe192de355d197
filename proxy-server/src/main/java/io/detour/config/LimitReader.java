package io.detour.config;

import io.detour.rules.document.Fields;
import io.detour.rules.document.Fields.Keys;
import io.detour.server.accept.ClientLimits;
import io.detour.server.parse.http.HeadLimits;

/** Reads {@code limits}. For one file. */
final class LimitReader {
  private static final Keys KEYS =
      Keys.of("tunnels", "tunnels_per_client", "head", "target", "fields");

  private final ScalarReader scalars;

  LimitReader(ScalarReader scalars) {
    this.scalars = scalars;
  }

  /** What the file says, and the usual where it says nothing. */
  LimitOptions limits(Fields file, LimitOptions usual) {
    Fields fields = scalars.section(file, "limits", KEYS);
    return fields == null
        ? usual
        : new LimitOptions(clients(fields, usual.clients()), heads(fields, usual.heads()));
  }

  private ClientLimits clients(Fields fields, ClientLimits usual) {
    int most = LimitOptions.MAX_TUNNELS;
    return new ClientLimits(
        scalars.count(fields, "tunnels", 1, most, usual.tunnels()),
        scalars.count(fields, "tunnels_per_client", 1, most, usual.tunnelsPerClient()));
  }

  /** A target is part of a head, so a smaller head makes it smaller. */
  private HeadLimits heads(Fields fields, HeadLimits usual) {
    int head =
        scalars.bytes(
            fields,
            "head",
            LimitOptions.MIN_HEAD_BYTES,
            LimitOptions.MAX_HEAD_BYTES,
            usual.headBytes());
    int target =
        scalars.bytes(
            fields,
            "target",
            LimitOptions.MIN_TARGET_BYTES,
            head,
            Math.min(head, usual.targetBytes()));
    int most = LimitOptions.MAX_FIELDS;
    return new HeadLimits(head, target, scalars.count(fields, "fields", 1, most, usual.fields()));
  }
}
