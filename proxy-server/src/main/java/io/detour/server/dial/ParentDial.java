package io.detour.server.dial;

import io.detour.server.status.DialError;
import io.netty.channel.EventLoop;
import org.jspecify.annotations.Nullable;

/**
 * One dial through a parent proxy: connects to the parent as to any host, then asks it for the
 * target. Everything happens on its event loop, which writes all fields.
 */
final class ParentDial implements Dial {
  private final Parent parent;
  private final ParentRequest request;
  private final EventLoop loop;
  private final long timeoutNanos;
  private final Receiver<DialResult> done;

  /** What is under way: connecting to the parent, later asking it. */
  private @Nullable Dial step;

  /**
   * @param timeoutNanos the longest that connecting and asking take together
   */
  ParentDial(
      Parent parent,
      ParentRequest request,
      EventLoop loop,
      long timeoutNanos,
      Receiver<DialResult> done) {
    this.parent = parent;
    this.request = request;
    this.loop = loop;
    this.timeoutNanos = timeoutNanos;
    this.done = done;
  }

  void start(Dialer dialer) {
    step = dialer.connect(parent, loop, Receiver.ofDial(this::connected));
  }

  private void connected(DialResult result) {
    switch (result) {
      case DialResult.Connected connected -> ask(connected);
      case DialResult.Failed failed ->
          done.tell(
              new DialResult.Failed(
                  failed.error(),
                  details(failed.error()),
                  failed.rcode(),
                  failed.attempts(),
                  failed.dnsNanos(),
                  failed.connectNanos()));
    }
  }

  private void ask(DialResult.Connected connected) {
    long startNanoTime = System.nanoTime() - connected.connectNanos();
    ParentConversation conversation =
        new ParentConversation(
            connected.upstream(), answer -> answered(connected, answer, startNanoTime));
    step = conversation;
    conversation.begin(parent, request, timeoutNanos - connected.connectNanos());
  }

  private void answered(DialResult.Connected connected, ParentAnswer answer, long startNanoTime) {
    long connectNanos = System.nanoTime() - startNanoTime;
    done.tell(
        switch (answer) {
          case ParentAnswer.Granted _ ->
              new DialResult.Connected(
                  connected.upstream(),
                  connected.remote(),
                  connected.attempts(),
                  connected.dnsNanos(),
                  connectNanos);
          case ParentAnswer.Refused refused ->
              new DialResult.Failed(
                  refused.error(),
                  refused.details(),
                  refused.rcode(),
                  connected.attempts(),
                  connected.dnsNanos(),
                  connectNanos);
        });
  }

  /** Why there is no connection to the parent. */
  private static String details(DialError error) {
    return switch (error) {
      case DNS_ERROR -> "the host of the parent proxy has no address";
      case DNS_TIMEOUT -> "no DNS server answered in time for the host of the parent proxy";
      case CONNECTION_REFUSED -> "the parent proxy refused the connection";
      case CONNECTION_TIMEOUT -> "the parent proxy did not answer in time";
      case DESTINATION_IP_UNROUTABLE -> "there is no route to the parent proxy's address";
      case DESTINATION_IP_PROHIBITED -> "the parent proxy's address is not allowed";
      case PROXY_LOOP -> "the parent proxy is this proxy";
      case CONNECTION_TERMINATED -> "the connection to the parent proxy broke at once";
      case RESOURCES, DESTINATION_UNAVAILABLE, DENIED, PARENT_CONFIGURATION, PARENT_ANSWER ->
          error.details();
    };
  }

  @Override
  public void cancel() {
    if (step != null) {
      step.cancel();
    }
  }
}
