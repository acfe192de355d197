package io.detour.server.log;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import ch.qos.logback.core.spi.AppenderAttachable;
import ch.qos.logback.core.spi.AppenderAttachableImpl;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Has lines formatted and written by a thread of its own. Never blocks, and counts the lines for
 * which its queue has no room. Any thread.
 *
 * <p>The first line after a pause is written at once; those that come within the next {@link
 * #GATHERING} are written together, so that a busy server neither wakes the thread nor calls {@code
 * write(2)} for each of them. In logback's own asynchronous appender, both happen.
 */
public final class DroppingAppender extends UnsynchronizedAppenderBase<ILoggingEvent>
    implements AppenderAttachable<ILoggingEvent> {
  private static final Duration GATHERING = Duration.ofMillis(2);

  /** The longest that a stop waits for what is in the queue. */
  private static final Duration FLUSH = Duration.ofSeconds(1);

  /**
   * By the names of the appenders. One for the whole process, as logback's appenders are: {@code
   * logback.xml} makes the first of them, before there is anybody to hand them a counter.
   */
  private static final ConcurrentMap<String, LongAdder> DROPPED = new ConcurrentHashMap<>();

  private final AppenderAttachableImpl<ILoggingEvent> sinks = new AppenderAttachableImpl<>();
  private BlockingQueue<ILoggingEvent> queue = new ArrayBlockingQueue<>(1);
  private @Nullable Thread writer;

  /** Whether the thread waits until it is woken, and not for a while only. */
  private volatile boolean asleep;

  /** The most lines that wait. Before the start. */
  public void setQueueSize(int lines) {
    queue = new ArrayBlockingQueue<>(lines);
  }

  @Override
  public void start() {
    super.start();
    Thread thread = new Thread(this::write, "log-" + getName());
    thread.setDaemon(true);
    writer = thread;
    thread.start();
  }

  @Override
  protected void append(ILoggingEvent event) {
    event.prepareForDeferredProcessing();
    if (!queue.offer(event)) {
      countDropped(getName(), 1);
    } else if (asleep) {
      asleep = false;
      LockSupport.unpark(writer);
    }
  }

  private void write() {
    List<ILoggingEvent> lines = new ArrayList<>();
    while (isStarted() || !queue.isEmpty()) {
      queue.drainTo(lines);
      if (lines.isEmpty()) {
        sleep();
      } else {
        write(lines);
        lines.clear();
        LockSupport.parkNanos(this, isStarted() ? GATHERING.toNanos() : 1);
      }
    }
    sinks.detachAndStopAllAppenders();
  }

  private void sleep() {
    asleep = true;
    if (isStarted() && queue.isEmpty()) {
      LockSupport.park(this);
    }
    asleep = false;
  }

  /** A sink that fails does so by itself, as logback's appenders do. */
  private void write(List<ILoggingEvent> lines) {
    Iterator<Appender<ILoggingEvent>> each = sinks.iteratorForAppenders();
    while (each.hasNext()) {
      Appender<ILoggingEvent> sink = each.next();
      if (sink instanceof LineSink together) {
        together.append(lines);
      } else {
        lines.forEach(sink::doAppend);
      }
    }
  }

  @Override
  public void stop() {
    if (!isStarted()) {
      return;
    }
    super.stop();
    Thread thread = writer;
    if (thread != null) {
      LockSupport.unpark(thread);
      try {
        thread.join(FLUSH);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  static void countDropped(String appender, long lines) {
    count(appender).add(lines);
  }

  /** Lines of an appender that were not written. Any thread. */
  public static long dropped(String appender) {
    return count(appender).sum();
  }

  private static LongAdder count(String appender) {
    return DROPPED.computeIfAbsent(appender, name -> new LongAdder());
  }

  @Override
  public void addAppender(Appender<ILoggingEvent> sink) {
    sinks.addAppender(sink);
  }

  @Override
  public Iterator<Appender<ILoggingEvent>> iteratorForAppenders() {
    return sinks.iteratorForAppenders();
  }

  @Override
  public @Nullable Appender<ILoggingEvent> getAppender(String name) {
    return sinks.getAppender(name);
  }

  @Override
  public boolean isAttached(Appender<ILoggingEvent> sink) {
    return sinks.isAttached(sink);
  }

  @Override
  public void detachAndStopAllAppenders() {
    sinks.detachAndStopAllAppenders();
  }

  @Override
  public boolean detachAppender(Appender<ILoggingEvent> sink) {
    return sinks.detachAppender(sink);
  }

  @Override
  public boolean detachAppender(String name) {
    return sinks.detachAppender(name);
  }
}
