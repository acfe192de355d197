package io.detour.server.parse.http;

import io.detour.server.status.ProxyErrorType;
import io.detour.server.status.Refusal;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a request asks of the proxies on its way (RFC 9110 7.6.2 and 10.1.1). Immutable.
 *
 * @param awaitsContinue whether the client wants to hear 100 before it sends content
 * @param hopsLeft how many more proxies may pass it on, or {@link #UNLIMITED}
 * @param problem why the request is not passed on whatever else it says, or null
 */
public record RequestControls(boolean awaitsContinue, int hopsLeft, @Nullable Refusal problem) {
  public static final int UNLIMITED = -1;

  /** Longer numbers are as good as no limit, and would overflow. */
  private static final int MAX_DIGITS = 9;

  private static final Refusal NO_NUMBER =
      new Refusal(400, ProxyErrorType.HTTP_REQUEST_ERROR, "Max-Forwards is not one number");
  private static final Refusal UNKNOWN_EXPECTATION =
      new Refusal(417, ProxyErrorType.HTTP_REQUEST_ERROR, "the expectation is not known");

  public static RequestControls of(RequestHead head) {
    FieldLines fields = head.fields();
    List<String> expected = fields.all("Expect");
    if (!expected.stream().allMatch(RequestControls::isContinue)) {
      return new RequestControls(false, UNLIMITED, UNKNOWN_EXPECTATION);
    }
    boolean awaits = !expected.isEmpty() && head.minorVersion() >= 1;
    List<String> limits = fields.all("Max-Forwards");
    if (limits.isEmpty() || !(head.is("TRACE") || head.is("OPTIONS"))) {
      return new RequestControls(awaits, UNLIMITED, null);
    }
    String number = limits.getFirst();
    if (limits.size() > 1 || !number.matches("[0-9]+")) {
      return new RequestControls(awaits, UNLIMITED, NO_NUMBER);
    }
    return new RequestControls(
        awaits, number.length() > MAX_DIGITS ? UNLIMITED : Integer.parseInt(number), null);
  }

  private static boolean isContinue(String expectation) {
    return expectation.equalsIgnoreCase("100-continue");
  }

  /** Whether this proxy has to answer it (RFC 9110 7.6.2). */
  public boolean endsHere() {
    return hopsLeft == 0;
  }

  /** What Max-Forwards says behind this proxy, or {@link #UNLIMITED}. */
  public int hopsLeftBehind() {
    return hopsLeft == UNLIMITED ? UNLIMITED : hopsLeft - 1;
  }
}
