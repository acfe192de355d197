package io.detour.server.dns;

import io.detour.server.status.DialError;
import io.detour.server.transport.ConnectErrors;
import io.detour.server.transport.Transport;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.dns.AbstractDnsOptPseudoRrRecord;
import io.netty.handler.codec.dns.DatagramDnsQuery;
import io.netty.handler.codec.dns.DatagramDnsQueryEncoder;
import io.netty.handler.codec.dns.DatagramDnsResponseDecoder;
import io.netty.handler.codec.dns.DefaultDnsQuery;
import io.netty.handler.codec.dns.DefaultDnsQuestion;
import io.netty.handler.codec.dns.DnsQuery;
import io.netty.handler.codec.dns.DnsQuestion;
import io.netty.handler.codec.dns.DnsRecord;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.handler.codec.dns.DnsResponse;
import io.netty.handler.codec.dns.DnsResponseCode;
import io.netty.handler.codec.dns.DnsSection;
import io.netty.handler.codec.dns.TcpDnsQueryEncoder;
import io.netty.handler.codec.dns.TcpDnsResponseDecoder;
import io.netty.util.concurrent.Future;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One question to one server: over UDP, over TCP if the response does not fit a datagram (RFC
 * 7766), and again without EDNS if the server does not know that (RFC 6891 7). Each attempt has a
 * socket, and so a source port, of its own (RFC 5452 9.2), which is connected: the kernel keeps out
 * what others send, and tells if nobody listens. What fits neither the question nor its number is
 * as if it had not come. Lives on one event loop.
 */
final class DnsExchange {
  /** What the server may send in a datagram, so that none is fragmented on the way. */
  private static final int MAX_DATAGRAM_BYTES = 1232;

  /** What is read of a datagram: some servers do not care. */
  private static final int READ_BYTES = 16 * 1024;

  private static final int MAX_ID = 0xffff;

  /** Where queries are made, when, and how many at once. */
  record Context(EventLoop loop, Transport transport, LongSupplier nanoTime, DnsSockets sockets) {}

  private final Context context;
  private final DnsServer server;
  private final DnsQuestion question;
  private final long timeoutMillis;
  private final Consumer<DnsAnswer> done;

  private boolean tcp;
  private boolean edns;

  /** Whether the server has refused the question with EDNS. */
  private boolean ednsRefused;

  /** What did not fit a datagram, once TCP is tried. */
  private @Nullable DnsAnswer cut;

  private int id;
  private long responsesBefore;
  private @Nullable Channel channel;
  private @Nullable Future<?> timeout;
  private boolean over;

  /**
   * @param name with the final dot
   * @param tcp whether UDP is not tried
   * @param timeoutMillis how long to wait for each response, once the query has a socket
   * @param done called once, on the event loop, possibly before {@link #start} returns
   */
  DnsExchange(
      Context context,
      DnsServer server,
      String name,
      DnsRecordType type,
      boolean tcp,
      long timeoutMillis,
      Consumer<DnsAnswer> done) {
    this.context = context;
    this.server = server;
    this.question = new DefaultDnsQuestion(name, type);
    this.tcp = tcp;
    this.timeoutMillis = timeoutMillis;
    this.done = done;
  }

  void start() {
    context.sockets.begin(this);
  }

  /** Ends it; its socket is closed. Tells nobody. */
  void cancel() {
    if (!over) {
      over = true;
      close();
      context.sockets.ended(this);
    }
  }

  /** Sends the query: there may be a socket for it now. */
  void ask() {
    edns = !ednsRefused && server.takesEdns();
    id = ThreadLocalRandom.current().nextInt(MAX_ID + 1);
    responsesBefore = server.responses();
    timeout =
        context.loop.schedule(
            () -> unanswered(new DnsAnswer.Silence()), timeoutMillis, TimeUnit.MILLISECONDS);
    try {
      Channel opened = tcp ? connection() : datagrams();
      channel = opened;
      ChannelFuture registered = context.loop.register(opened);
      if (!registered.isSuccess()) {
        throw new ChannelException("register " + opened, registered.cause());
      }
      opened
          .connect(server.address())
          .addListener((ChannelFuture connected) -> connected(opened, connected));
    } catch (ChannelException e) {
      unanswered(new DnsAnswer.Unreachable(e));
    }
  }

  private Channel datagrams() {
    DatagramChannel opened = context.transport.datagrams().newChannel();
    opened.config().setRecvByteBufAllocator(new FixedRecvByteBufAllocator(READ_BYTES));
    return with(opened, new DatagramDnsQueryEncoder(), new DatagramDnsResponseDecoder());
  }

  private Channel connection() {
    DuplexChannel opened = context.transport.sockets().apply(server.address().getAddress());
    opened.config().setConnectTimeoutMillis((int) timeoutMillis);
    return with(opened, new TcpDnsQueryEncoder(), new TcpDnsResponseDecoder());
  }

  private Channel with(Channel opened, ChannelHandler encoder, ChannelHandler decoder) {
    opened.pipeline().addLast(encoder, decoder, new Responses());
    return opened;
  }

  private void connected(Channel opened, ChannelFuture connected) {
    if (!opened.equals(channel)) {
      return;
    }
    if (!connected.isSuccess()) {
      unanswered(new DnsAnswer.Unreachable(connected.cause()));
      return;
    }
    opened
        .writeAndFlush(message())
        .addListener(
            written -> {
              if (!written.isSuccess() && opened.equals(channel)) {
                unanswered(new DnsAnswer.Unreachable(written.cause()));
              }
            });
  }

  private Object message() {
    DnsQuery message =
        tcp ? new DefaultDnsQuery(id) : new DatagramDnsQuery(null, server.address(), id);
    message.setRecursionDesired(true).addRecord(DnsSection.QUESTION, question);
    return edns ? message.addRecord(DnsSection.ADDITIONAL, new Opt()) : message;
  }

  private static final class Opt extends AbstractDnsOptPseudoRrRecord {
    private Opt() {
      super(MAX_DATAGRAM_BYTES, 0, 0);
    }
  }

  private final class Responses extends SimpleChannelInboundHandler<DnsResponse> {
    @Override
    protected void channelRead0(ChannelHandlerContext context, DnsResponse response) {
      if (context.channel().equals(channel) && isMine(response)) {
        responded(response);
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      boolean malformedDatagram = !tcp && cause instanceof DecoderException;
      if (context.channel().equals(channel) && !malformedDatagram) {
        unanswered(new DnsAnswer.Unreachable(cause));
      }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      if (context.channel().equals(channel)) {
        unanswered(new DnsAnswer.Unreachable(new ClosedChannelException()));
      }
    }
  }

  /** Letters of the question may come back in the other case. Some failures come without it. */
  private boolean isMine(DnsResponse response) {
    if (response.id() != id) {
      return false;
    }
    if (response.count(DnsSection.QUESTION) == 0) {
      return !response.code().equals(DnsResponseCode.NOERROR)
          && !response.code().equals(DnsResponseCode.NXDOMAIN);
    }
    DnsRecord asked = response.recordAt(DnsSection.QUESTION);
    return asked.type().equals(question.type()) && asked.name().equalsIgnoreCase(question.name());
  }

  private void responded(DnsResponse response) {
    server.responded();
    DnsResponseCode code = response.code();
    boolean unknown = code.equals(DnsResponseCode.FORMERR) || code.equals(DnsResponseCode.NOTIMP);
    if (edns && unknown) {
      ednsRefused = true;
      askAgain();
      return;
    }
    if (!unknown && (edns || ednsRefused)) {
      server.answered(edns);
    }
    DnsAnswer answer = DnsAnswer.of(response, question.name(), question.type());
    if (response.isTruncated() && !tcp) {
      cut = answer;
      tcp = true;
      askAgain();
      return;
    }
    end(answer);
  }

  private void askAgain() {
    close();
    ask();
  }

  private void unanswered(DnsAnswer why) {
    switch (cut) {
      case null -> {
        judge(why);
        end(why);
      }
      // Better than nothing, and not kept: the next one may be whole.
      case DnsAnswer.Found(var addresses, _) -> end(new DnsAnswer.Found(addresses, 0));
      case DnsAnswer.Alias alias -> end(alias);
      default -> end(new DnsAnswer.Cut());
    }
  }

  /** What this machine has no descriptor or port for says nothing about the server. */
  private void judge(DnsAnswer why) {
    if (why instanceof DnsAnswer.Unreachable(Throwable cause)
        && ConnectErrors.classify(cause) == DialError.RESOURCES) {
      return;
    }
    boolean ednsDropped = edns && why instanceof DnsAnswer.Silence;
    server.unanswered(responsesBefore, ednsDropped, context.nanoTime.getAsLong());
  }

  private void end(DnsAnswer answer) {
    if (!over) {
      over = true;
      close();
      context.sockets.ended(this);
      done.accept(answer);
    }
  }

  /** At once: the descriptor is free when this returns. */
  private void close() {
    if (timeout != null) {
      timeout.cancel(false);
    }
    Channel open = channel;
    channel = null;
    if (open != null) {
      if (open.isRegistered()) {
        open.unsafe().close(open.voidPromise());
      } else {
        open.unsafe().closeForcibly();
      }
    }
  }
}
