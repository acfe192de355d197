package io.detour.server.transport;

import io.detour.server.status.DialError;
import io.netty.channel.ChannelException;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.unix.Errors;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Tells what kind of failure an exception of {@code socket(2)} or {@code connect(2)} stands for.
 *
 * <p>The error number decides. {@link Errors.NativeIoException} carries it. For {@code connect(2)}
 * Netty throws a {@link ConnectException} for nearly every number and keeps it in nothing but the
 * message. So {@link Errors} is asked once, for each number that matters, which message it makes,
 * and a failure is looked up by its message: neither Netty's wording nor the language of {@code
 * strerror(3)} is read.
 *
 * <p>When nothing fits, and always on NIO, the exception's type decides: the JDK has one for a
 * refusal and the kernel's own timeout, one for a local address that is not to be had, and one for
 * all the rest, of which an unreachable network is what happens.
 */
public final class ConnectErrors {
  /** Error numbers of Linux, the same on every architecture that Detour runs on. */
  private static final Map<Integer, DialError> BY_ERRNO =
      Map.ofEntries(
          Map.entry(1 /* EPERM: a local packet filter */, DialError.DESTINATION_IP_UNROUTABLE),
          Map.entry(11 /* EAGAIN */, DialError.RESOURCES),
          Map.entry(12 /* ENOMEM */, DialError.RESOURCES),
          Map.entry(13 /* EACCES: broadcast */, DialError.DESTINATION_IP_UNROUTABLE),
          Map.entry(22 /* EINVAL: link-local, no zone */, DialError.DESTINATION_IP_UNROUTABLE),
          Map.entry(23 /* ENFILE */, DialError.RESOURCES),
          Map.entry(24 /* EMFILE */, DialError.RESOURCES),
          Map.entry(97 /* EAFNOSUPPORT */, DialError.DESTINATION_IP_UNROUTABLE),
          Map.entry(99 /* EADDRNOTAVAIL: no local port */, DialError.RESOURCES),
          Map.entry(100 /* ENETDOWN */, DialError.DESTINATION_IP_UNROUTABLE),
          Map.entry(101 /* ENETUNREACH */, DialError.DESTINATION_IP_UNROUTABLE),
          Map.entry(104 /* ECONNRESET */, DialError.CONNECTION_TERMINATED),
          Map.entry(105 /* ENOBUFS */, DialError.RESOURCES),
          Map.entry(110 /* ETIMEDOUT */, DialError.CONNECTION_TIMEOUT),
          Map.entry(111 /* ECONNREFUSED */, DialError.CONNECTION_REFUSED),
          Map.entry(112 /* EHOSTDOWN */, DialError.DESTINATION_IP_UNROUTABLE),
          Map.entry(113 /* EHOSTUNREACH */, DialError.DESTINATION_IP_UNROUTABLE));

  private static final Map<String, DialError> BY_MESSAGE = messages();

  private ConnectErrors() {}

  private static Map<String, DialError> messages() {
    if (!Epoll.isAvailable()) {
      return Map.of();
    }
    Map<String, DialError> messages = new HashMap<>();
    BY_ERRNO.forEach(
        (errno, error) -> {
          // The two calls whose failures Netty reports: at once, and when the socket is ready.
          for (String call : new String[] {"connect", "finishConnect"}) {
            try {
              Errors.handleConnectErrno(call, -errno);
            } catch (IOException e) {
              // Other types, such as NoRouteToHostException, tell the number by themselves.
              if (e instanceof ConnectException) {
                messages.put(e.getMessage(), error);
              }
            }
          }
        });
    return Map.copyOf(messages);
  }

  /** The kind of failure, {@link DialError#CONNECTION_TERMINATED} if the cause tells none. */
  public static DialError classify(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      DialError error = byType(cause);
      if (error != null) {
        return error;
      }
    }
    return failure instanceof ConnectException
        ? DialError.CONNECTION_REFUSED
        : DialError.CONNECTION_TERMINATED;
  }

  private static @Nullable DialError byType(Throwable cause) {
    return switch (cause) {
      case ConnectTimeoutException e -> DialError.CONNECTION_TIMEOUT;
      case NoRouteToHostException e -> DialError.DESTINATION_IP_UNROUTABLE;
      case Errors.NativeIoException e -> BY_ERRNO.get(-e.expectedErr());
      case ConnectException e when e.getMessage() != null -> BY_MESSAGE.get(e.getMessage());
      case ConnectException e -> null;
      case BindException e -> DialError.RESOURCES;
      case SocketException e -> DialError.DESTINATION_IP_UNROUTABLE;
      // NIO could make or configure no socket.
      case ChannelException e when e.getCause() instanceof SocketException -> DialError.RESOURCES;
      default -> null;
    };
  }
}
