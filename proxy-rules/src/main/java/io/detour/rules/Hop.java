package io.detour.rules;

import io.detour.core.AddressClass;
import io.detour.core.HostPort;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One place that a request may be led to.
 *
 * @param target which target of the rule this is, from 0, or {@link #ASKED}
 * @param address where to dial
 * @param via the name of the parent proxy that is to dial it, or null to dial it directly
 * @param allow addresses of these classes may be dialled although the server denies them
 * @param trusted whether every address may be dialled: where it leads is the operator's word alone
 */
public record Hop(
    int target, HostPort address, @Nullable String via, Set<AddressClass> allow, boolean trusted) {
  /** The place of the asked host, which stands before the targets of a rule for failures. */
  public static final int ASKED = -1;

  /** A hop whose addresses are looked at. */
  public Hop(int target, HostPort address, @Nullable String via, Set<AddressClass> allow) {
    this(target, address, via, allow, false);
  }

  /** The asked host, dialled directly. */
  public static Hop asked(HostPort asked) {
    return new Hop(ASKED, asked, null, Set.of());
  }

  /** The same, trusted. */
  Hop trust() {
    return new Hop(target, address, via, allow, true);
  }
}
