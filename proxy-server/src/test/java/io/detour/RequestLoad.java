package io.detour;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

/**
 * Clients that ask for one tunnel after the other until they are told to stop, together up to about
 * a thousand a second.
 */
final class RequestLoad implements AutoCloseable {
  private static final int CLIENTS = 4;
  private static final long INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(CLIENTS);
  private static final int SHOWN_FAILURES = 10;

  private final InetSocketAddress proxy;
  private final String authority;
  private final Map<String, LongAdder> answers = new ConcurrentHashMap<>();
  private final ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();
  private final AtomicInteger asked = new AtomicInteger();
  private final List<Thread> threads = new ArrayList<>();
  private volatile boolean stopped;

  private RequestLoad(InetSocketAddress proxy, String authority) {
    this.proxy = proxy;
    this.authority = authority;
  }

  /** Asks for tunnels to one host from now on. */
  static RequestLoad on(InetSocketAddress proxy, String authority) {
    RequestLoad load = new RequestLoad(proxy, authority);
    for (int i = 0; i < CLIENTS; i++) {
      load.threads.add(Thread.ofPlatform().daemon().name("client-" + i).start(load::run));
    }
    return load;
  }

  private void run() {
    for (long due = System.nanoTime(); !stopped; due += INTERVAL_NANOS) {
      LockSupport.parkNanos(due - System.nanoTime());
      asked.incrementAndGet();
      try (RawClient client = RawClient.connect(proxy)) {
        ResponseHead head = client.tunnel(authority);
        if (head.status() == 200) {
          answers.computeIfAbsent(head.field("Proxy-Status"), _ -> new LongAdder()).increment();
        } else {
          failures.add(head.toString());
        }
        client.reset(); // so that no port is kept in TIME_WAIT
      } catch (IOException e) {
        failures.add(e.toString());
      }
    }
  }

  /** How many tunnels were asked for so far. */
  int asked() {
    return asked.get();
  }

  /** Some of the requests that got anything but a tunnel. */
  List<String> failures() {
    return failures.stream().limit(SHOWN_FAILURES).toList();
  }

  /** Each {@code Proxy-Status} that came with a tunnel. */
  Set<String> answers() {
    return Set.copyOf(answers.keySet());
  }

  /** How many tunnels came with it. */
  long answered(String proxyStatus) {
    return answers.getOrDefault(proxyStatus, new LongAdder()).sum();
  }

  /** Waits until the last request has been answered. */
  @Override
  public void close() {
    stopped = true;
    for (Thread thread : threads) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }
}
