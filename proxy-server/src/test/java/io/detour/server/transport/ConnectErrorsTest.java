package io.detour.server.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.detour.server.status.DialError;
import io.netty.channel.ChannelException;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.unix.Errors;
import java.net.BindException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.nio.channels.ClosedChannelException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConnectErrorsTest {
  @ParameterizedTest(name = "D05 D06 D07 D11: connect(2) fails with {0} ({1})")
  @CsvSource({
    "EPERM,         1,   DESTINATION_IP_UNROUTABLE",
    "EINVAL,        22,  DESTINATION_IP_UNROUTABLE",
    "EADDRNOTAVAIL, 99,  RESOURCES",
    "ENETUNREACH,   101, DESTINATION_IP_UNROUTABLE",
    "ECONNRESET,    104, CONNECTION_TERMINATED",
    "ENOBUFS,       105, RESOURCES",
    "ETIMEDOUT,     110, CONNECTION_TIMEOUT",
    "ECONNREFUSED,  111, CONNECTION_REFUSED",
    "EHOSTUNREACH,  113, DESTINATION_IP_UNROUTABLE",
  })
  void theErrorNumberOfAConnectDecides(String name, int errno, DialError error) {
    for (String call : new String[] {"connect", "finishConnect"}) {
      Throwable failure = catchThrowable(() -> Errors.handleConnectErrno(call, -errno));

      assertThat(ConnectErrors.classify(failure)).as(name).isEqualTo(error);
      assertThat(ConnectErrors.classify(annotated(failure))).as(name).isEqualTo(error);
    }
  }

  @ParameterizedTest(name = "D11: socket(2) fails with {0} ({1})")
  @CsvSource({"ENFILE, 23", "EMFILE, 24", "ENOBUFS, 105", "ENOMEM, 12"})
  void noSocketIsALackOfResources(String name, int errno) {
    Throwable failure = new ChannelException(Errors.newIOException("newSocketStream", -errno));

    assertThat(ConnectErrors.classify(failure)).as(name).isEqualTo(DialError.RESOURCES);
  }

  @Test
  void theConnectTimeoutIsTold() {
    assertThat(ConnectErrors.classify(new ConnectTimeoutException()))
        .isEqualTo(DialError.CONNECTION_TIMEOUT);
  }

  @Test
  void aFailureWithoutANumberIsJudgedByItsType() {
    assertThat(ConnectErrors.classify(new ConnectException("no number")))
        .isEqualTo(DialError.CONNECTION_REFUSED);
    assertThat(ConnectErrors.classify(new ClosedChannelException()))
        .isEqualTo(DialError.CONNECTION_TERMINATED);
  }

  @Test
  void whatTheJdkTellsIsJudgedByItsType() {
    assertThat(ConnectErrors.classify(new NoRouteToHostException("No route to host")))
        .isEqualTo(DialError.DESTINATION_IP_UNROUTABLE);
    assertThat(ConnectErrors.classify(new SocketException("Network is unreachable")))
        .isEqualTo(DialError.DESTINATION_IP_UNROUTABLE);
    assertThat(ConnectErrors.classify(new BindException("Cannot assign requested address")))
        .isEqualTo(DialError.RESOURCES);
    assertThat(
            ConnectErrors.classify(
                new ChannelException("no socket", new SocketException("Too many open files"))))
        .isEqualTo(DialError.RESOURCES);
  }

  /** As Netty hands it out: the address is added, the failure itself is the cause. */
  private static Throwable annotated(Throwable failure) {
    return new ConnectException(failure.getMessage() + ": /192.0.2.1:443").initCause(failure);
  }
}
