package io.detour.server.transport;

import io.netty.channel.unix.Errors;
import java.io.IOException;
import java.util.Map;

/**
 * A listener cannot be had. The message has the operation, the operating system's words and, where
 * the transport tells it, the name of the error number: {@code bind: Address already in use
 * (EADDRINUSE)}.
 */
public final class BindFailure extends IOException {
  private static final long serialVersionUID = 1;

  /** Error numbers of Linux, the same on every architecture that Detour runs on. */
  private static final Map<Integer, String> NAMES =
      Map.ofEntries(
          Map.entry(1, "EPERM"),
          Map.entry(2, "ENOENT"),
          Map.entry(12, "ENOMEM"),
          Map.entry(13, "EACCES"),
          Map.entry(20, "ENOTDIR"),
          Map.entry(22, "EINVAL"),
          Map.entry(23, "ENFILE"),
          Map.entry(24, "EMFILE"),
          Map.entry(30, "EROFS"),
          Map.entry(97, "EAFNOSUPPORT"),
          Map.entry(98, "EADDRINUSE"),
          Map.entry(99, "EADDRNOTAVAIL"),
          Map.entry(105, "ENOBUFS"));

  public BindFailure(Throwable cause) {
    super(words(cause), cause);
  }

  /** The same words for another failure of a socket, such as one of accept(2). */
  public static String words(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof Errors.NativeIoException call) {
        return words(call);
      }
    }
    return String.valueOf(failure.getMessage());
  }

  /** Netty writes {@code bind(..) failed with error(-98): Address already in use}. */
  private static String words(Errors.NativeIoException call) {
    String message = String.valueOf(call.getMessage());
    int parenthesis = message.indexOf('(');
    String operation = parenthesis < 0 ? "" : message.substring(0, parenthesis) + ": ";
    int errno = -call.expectedErr();
    return operation
        + message.substring(message.lastIndexOf(": ") + 2)
        + " ("
        + NAMES.getOrDefault(errno, "error " + errno)
        + ')';
  }
}
