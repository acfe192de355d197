package io.detour.rules.host;

import io.detour.rules.host.RegexTokenizer.RegexToken;
import java.util.Arrays;

/**
 * How far a part of a regular expression can get in a canonical host. Immutable.
 *
 * <p>An automaton of few states reads hosts and what people take for them: with a dot at an end, a
 * port or capitals; lengths and the numbers of IPv4 addresses are not checked. A part of an
 * expression is a relation between the states, and parts are combined in time linear in the
 * expression.
 */
@SuppressWarnings("EnumOrdinal") // The positions are used inside this object only.
final class HostForm {
  /** What was read last, and of what. */
  enum State {
    NOTHING,
    /** Of a name or an IPv4 address. */
    LABEL,
    /** Behind a label of a name. */
    DOT,
    /** Of an IPv6 address, before its first colon. */
    GROUP,
    ONE_COLON,
    /** Of an IPv6 address with two colons or more. */
    COLONS,
    /** Behind a name. */
    PORT_COLON,
    PORT,
    /** Of a name with a dot before it. */
    BELOW_LABEL,
    BELOW_DOT,
    /** Of a name with a capital letter. */
    CAPITAL_LABEL,
    CAPITAL_DOT;

    private static final State[] ALL = values();

    private int bit() {
      return 1 << ordinal();
    }
  }

  /** Nothing is read. */
  static final HostForm EMPTY = new HostForm(identity());

  /** Nothing can be read. */
  static final HostForm NONE = new HostForm(new int[State.ALL.length]);

  /** By state, which states it leads to. */
  private final int[] steps;

  private HostForm(int[] steps) {
    this.steps = steps;
  }

  private static int[] identity() {
    int[] steps = new int[State.ALL.length];
    Arrays.setAll(steps, i -> 1 << i);
    return steps;
  }

  /** One character of a host or of what is taken for one; of another nothing can be read. */
  static HostForm character(char c) {
    int[] steps = new int[State.ALL.length];
    for (State state : State.ALL) {
      steps[state.ordinal()] = after(state, c);
    }
    return new HostForm(steps);
  }

  private static int after(State state, char c) {
    boolean capital = c >= 'A' && c <= 'Z';
    boolean small = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    boolean digit = c >= '0' && c <= '9';
    boolean hex = digit || (c >= 'a' && c <= 'f');
    return switch (state) {
      case NOTHING ->
          set(small, State.LABEL)
              | set(hex, State.GROUP)
              | set(c == ':', State.ONE_COLON)
              | set(c == '.', State.BELOW_DOT)
              | set(capital, State.CAPITAL_LABEL);
      case LABEL ->
          set(small, State.LABEL)
              | set(c == '.', State.DOT)
              | set(c == ':', State.PORT_COLON)
              | set(capital, State.CAPITAL_LABEL);
      case DOT -> set(small, State.LABEL) | set(capital, State.CAPITAL_LABEL);
      case GROUP -> set(hex, State.GROUP) | set(c == ':', State.ONE_COLON);
      case ONE_COLON -> set(hex, State.ONE_COLON) | set(c == ':', State.COLONS);
      case COLONS -> set(hex || c == ':', State.COLONS);
      case PORT_COLON, PORT -> set(digit, State.PORT);
      case BELOW_LABEL -> set(small, State.BELOW_LABEL) | set(c == '.', State.BELOW_DOT);
      case BELOW_DOT -> set(small, State.BELOW_LABEL);
      case CAPITAL_LABEL ->
          set(small || capital, State.CAPITAL_LABEL) | set(c == '.', State.CAPITAL_DOT);
      case CAPITAL_DOT -> set(small || capital, State.CAPITAL_LABEL);
    };
  }

  private static int set(boolean member, State state) {
    return member ? state.bit() : 0;
  }

  /** Nothing is read, and nothing has been. */
  static HostForm begin() {
    int[] steps = new int[State.ALL.length];
    steps[State.NOTHING.ordinal()] = State.NOTHING.bit();
    return new HostForm(steps);
  }

  /** This or the other. */
  HostForm or(HostForm other) {
    int[] both = steps.clone();
    Arrays.setAll(both, i -> both[i] | other.steps[i]);
    return new HostForm(both);
  }

  /** This, and then the other. */
  HostForm then(HostForm next) {
    int[] both = new int[steps.length];
    Arrays.setAll(both, i -> next.from(steps[i]));
    return new HostForm(both);
  }

  private int from(int states) {
    int reached = 0;
    for (int left = states; left != 0; left &= left - 1) {
      reached |= steps[Integer.numberOfTrailingZeros(left)];
    }
    return reached;
  }

  /** This so many times. */
  HostForm repeated(int min, int max) {
    HostForm repeated = EMPTY;
    for (int i = 0; i < min; i++) {
      repeated = repeated.then(this);
    }
    // More than one round for each state reaches no further.
    int more =
        max == RegexToken.Repeat.UNBOUNDED ? steps.length : Math.min(max - min, steps.length);
    HostForm optional = or(EMPTY);
    for (int i = 0; i < more; i++) {
      repeated = repeated.then(optional);
    }
    return repeated;
  }

  /** Whether something can be read from the beginning that ends in such a state. */
  boolean endsIn(State state) {
    return (steps[State.NOTHING.ordinal()] & state.bit()) != 0;
  }
}
