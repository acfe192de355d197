package io.detour.server.dial;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.handler.codec.dns.DnsRecord;
import java.net.InetAddress;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class BoundedDnsCacheTest {
  private static final DnsRecord[] NO_RECORDS = {};
  private static final InetAddress ADDRESS = InetAddress.ofLiteral("192.0.2.1");

  private final MultiThreadIoEventLoopGroup group =
      new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
  private final EventLoop loop = group.next();
  private final BoundedDnsCache cache = new BoundedDnsCache();

  @AfterEach
  void close() {
    group.shutdownGracefully(0, 0, TimeUnit.SECONDS).syncUninterruptibly();
  }

  @Test
  @DisplayName("L06: names without end are not kept without end")
  void theCacheStartsAnewWhenItIsFull() {
    for (int i = 0; i < BoundedDnsCache.MAX_ADDED; i++) {
      cache.cache("n" + i + ".test", NO_RECORDS, ADDRESS, 60, loop);
    }
    assertThat(cache.get("n0.test", NO_RECORDS)).hasSize(1);

    cache.cache("last.test", NO_RECORDS, ADDRESS, 60, loop);

    assertThat(cache.get("n0.test", NO_RECORDS)).isNullOrEmpty();
    assertThat(cache.get("last.test", NO_RECORDS)).hasSize(1);
  }
}
