package io.detour.core.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.unix.FileDescriptor;
import org.junit.jupiter.api.Test;

final class EpollSocketTest {
  // epoll_ctl(2)
  private static final int IN = 0x1;
  private static final int ERR = 0x8;
  private static final int HUP = 0x10;
  private static final int RDHUP = 0x2000;

  private final EpollSocket socket = new EpollSocket(new FileDescriptor(1));

  @Test
  void anEventOfAClosedSocketWithTheSameNumberIsForgottenWhenAReadFindsNothing() {
    socket.note(IN | RDHUP | ERR | HUP);
    assertThat(socket.failed()).isTrue();
    assertThat(socket.peerEnded()).isTrue();

    socket.exhausted(true);

    assertThat(socket.readable()).isFalse();
    assertThat(socket.failed()).isFalse();
    assertThat(socket.peerEnded()).isFalse();
  }

  @Test
  void aSpliceThatFindsNothingProvesNothing() {
    socket.note(RDHUP | ERR | HUP);

    socket.exhausted(false);

    assertThat(socket.failed()).isTrue();
    assertThat(socket.peerEnded()).isTrue();
  }

  @Test
  void aShortReadEmptiesTheSocketUnlessThePeerHasEnded() {
    socket.note(IN);
    socket.shortRead();
    assertThat(socket.readable()).isFalse();

    socket.note(IN | RDHUP);
    socket.shortRead();
    assertThat(socket.readable()).isTrue();
  }
}
