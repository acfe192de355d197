package io.detour.rules;

import io.detour.core.AddressClass;
import io.detour.core.HostPort;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One place that a request may be led to.
 *
 * @param target which target of the rule this is, from 0, or {@link #ASKED}
 * @param address where to dial
 * @param via the name of the parent proxy that is to dial it, or null to dial it directly
 * @param allow addresses of these classes may be dialled although the server denies them
 */
public record Hop(int target, HostPort address, @Nullable String via, Set<AddressClass> allow) {
  /** The place of the asked host, which stands before the targets of a rule for failures. */
  public static final int ASKED = -1;

  /** The asked host, dialled directly. */
  public static Hop asked(HostPort asked) {
    return new Hop(ASKED, asked, null, Set.of());
  }

  /** The same, with addresses of all classes allowed. */
  Hop allowingAll() {
    return new Hop(target, address, via, EnumSet.allOf(AddressClass.class));
  }
}
