package io.detour;

import java.util.concurrent.CountDownLatch;

/**
 * Threads that a server needs beside those that it starts with: the JVM makes one for each signal,
 * and some come and go. A process that cannot have them cannot even be stopped.
 */
final class SpareThreads {
  private static final int COUNT = 8;

  private SpareThreads() {}

  /**
   * Makes them, and lets them go.
   *
   * @throws OutOfMemoryError if there cannot be so many
   */
  static void require() {
    CountDownLatch end = new CountDownLatch(1);
    try {
      for (int i = 0; i < COUNT; i++) {
        var _ = Thread.ofPlatform().daemon().name("spare").start(() -> await(end));
      }
    } finally {
      end.countDown();
    }
  }

  private static void await(CountDownLatch end) {
    try {
      end.await();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
