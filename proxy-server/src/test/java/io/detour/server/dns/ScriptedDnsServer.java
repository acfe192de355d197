package io.detour.server.dns;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.handler.codec.dns.DatagramDnsQuery;
import io.netty.handler.codec.dns.DatagramDnsQueryDecoder;
import io.netty.handler.codec.dns.DatagramDnsResponse;
import io.netty.handler.codec.dns.DatagramDnsResponseEncoder;
import io.netty.handler.codec.dns.DefaultDnsQuestion;
import io.netty.handler.codec.dns.DefaultDnsRawRecord;
import io.netty.handler.codec.dns.DefaultDnsResponse;
import io.netty.handler.codec.dns.DnsQuery;
import io.netty.handler.codec.dns.DnsQuestion;
import io.netty.handler.codec.dns.DnsRecord;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.handler.codec.dns.DnsResponse;
import io.netty.handler.codec.dns.DnsResponseCode;
import io.netty.handler.codec.dns.DnsSection;
import io.netty.handler.codec.dns.TcpDnsQueryDecoder;
import io.netty.handler.codec.dns.TcpDnsResponseEncoder;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A DNS server on a loopback port, over UDP and TCP, that answers what a test told it to. Names
 * that it was told nothing about do not exist. It records every question. Any thread.
 */
public final class ScriptedDnsServer implements AutoCloseable {
  private static final int TTL_SECONDS = 60;
  private static final int BIND_ATTEMPTS = 10;

  /** A question that was asked; the name is without the trailing dot. */
  public record Asked(String name, DnsRecordType type, boolean overTcp) {}

  private record Script(DnsResponseCode code, List<InetAddress> addresses, long ttlSeconds) {
    static final Script NXDOMAIN = new Script(DnsResponseCode.NXDOMAIN, List.of(), 0);
  }

  private record Alias(String target, int ttlSeconds, boolean alone) {}

  private final EventLoopGroup group =
      new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
  private final ConcurrentMap<String, Script> scripts = new ConcurrentHashMap<>();
  private final ConcurrentMap<String, Queue<Script>> later = new ConcurrentHashMap<>();
  private final ConcurrentMap<String, Alias> aliases = new ConcurrentHashMap<>();
  private final ConcurrentMap<Asked, Duration> delays = new ConcurrentHashMap<>();
  private final ConcurrentMap<Asked, AtomicInteger> ignored = new ConcurrentHashMap<>();
  private final ConcurrentMap<String, Boolean> truncated = new ConcurrentHashMap<>();
  private final ConcurrentMap<String, Queue<Runnable>> held = new ConcurrentHashMap<>();
  private final List<Asked> asked = new CopyOnWriteArrayList<>();
  private final AtomicInteger askedWithEdns = new AtomicInteger();
  private final boolean servesTcp;
  private final InetSocketAddress address;
  private volatile DnsFault fault = DnsFault.none();

  /** What sends the responses over UDP, or null for the socket that got the query. */
  private volatile @Nullable Channel elsewhere;

  private ScriptedDnsServer(boolean servesTcp) {
    this.servesTcp = servesTcp;
    address = bind();
  }

  /** Starts a server on a free port. */
  public static ScriptedDnsServer start() {
    return new ScriptedDnsServer(true);
  }

  /** Starts a server that refuses connections. */
  public static ScriptedDnsServer startWithoutTcp() {
    return new ScriptedDnsServer(false);
  }

  /** Where it answers: 127.0.0.1 and a port, the same for UDP and TCP. */
  public InetSocketAddress address() {
    return address;
  }

  /** The name has these addresses: A records for IPv4, AAAA records for IPv6. */
  public ScriptedDnsServer answer(String name, String... addresses) {
    return answerFor(TTL_SECONDS, name, addresses);
  }

  /** The same with a time to live. */
  public ScriptedDnsServer answerFor(long ttlSeconds, String name, String... addresses) {
    scripts.put(name, script(ttlSeconds, addresses));
    return this;
  }

  /**
   * After the next A question about the name its addresses are others. None of them may be kept.
   */
  public ScriptedDnsServer answerLater(String name, String... addresses) {
    later.computeIfAbsent(name, _ -> new ConcurrentLinkedQueue<>()).add(script(0, addresses));
    return this;
  }

  private static Script script(long ttlSeconds, String... addresses) {
    List<InetAddress> parsed = Stream.of(addresses).map(InetAddress::ofLiteral).toList();
    return new Script(DnsResponseCode.NOERROR, parsed, ttlSeconds);
  }

  /** The name is an alias; what the target has comes with it. */
  public ScriptedDnsServer alias(int ttlSeconds, String name, String target) {
    aliases.put(name, new Alias(target, ttlSeconds, false));
    return answer(name);
  }

  /** The name is an alias; the target has to be asked for. */
  public ScriptedDnsServer aliasAlone(int ttlSeconds, String name, String target) {
    aliases.put(name, new Alias(target, ttlSeconds, true));
    return answer(name);
  }

  /** Answers of one type about the name take so long. */
  public ScriptedDnsServer delay(String name, DnsRecordType type, Duration delay) {
    delays.put(new Asked(name, type, false), delay);
    return this;
  }

  /** The name exists but has no address. */
  public ScriptedDnsServer noData(String name) {
    return answer(name);
  }

  /** Questions about the name fail with a code. */
  public ScriptedDnsServer fail(String name, DnsResponseCode code) {
    scripts.put(name, new Script(code, List.of(), 0));
    return this;
  }

  /** Questions about the name are never answered. */
  public ScriptedDnsServer ignore(String name) {
    ignore(name, DnsRecordType.A, Integer.MAX_VALUE);
    return ignore(name, DnsRecordType.AAAA, Integer.MAX_VALUE);
  }

  /** The next questions for one type over UDP are not answered, as if lost on the way. */
  public ScriptedDnsServer ignore(String name, DnsRecordType type, int count) {
    ignored.put(new Asked(name, type, false), new AtomicInteger(count));
    return this;
  }

  /** Answers about the name do not fit a datagram: over UDP they come empty and truncated. */
  public ScriptedDnsServer truncate(String name) {
    truncated.put(name, true);
    return this;
  }

  /** The same, but some of the answer fits. */
  public ScriptedDnsServer cut(String name) {
    truncated.put(name, false);
    return this;
  }

  /** What is sent from now on in place of the right responses, whatever the name is. */
  public ScriptedDnsServer fault(DnsFault instead) {
    fault = instead;
    return this;
  }

  /** Responses over UDP come from another port from now on. */
  public ScriptedDnsServer answerFromElsewhere() {
    elsewhere = bindUdp();
    return this;
  }

  /** Answers about the name wait until {@link #release}. */
  public ScriptedDnsServer hold(String name) {
    held.put(name, new ConcurrentLinkedQueue<>());
    return this;
  }

  /** Sends the answers that are held, and holds no more. */
  public void release(String name) {
    Queue<Runnable> answers = held.remove(name);
    if (answers != null) {
      answers.forEach(group::execute);
    }
  }

  /** How many questions so far came with an OPT record (RFC 6891). */
  public int askedWithEdns() {
    return askedWithEdns.get();
  }

  /** All questions so far. */
  public List<Asked> asked() {
    return List.copyOf(asked);
  }

  /** The questions about one name so far. */
  public List<Asked> asked(String name) {
    return asked.stream().filter(question -> question.name().equals(name)).toList();
  }

  @Override
  public void close() {
    group.shutdownGracefully(0, 0, TimeUnit.SECONDS).syncUninterruptibly();
  }

  private InetSocketAddress bind() {
    for (int attempt = 1; ; attempt++) {
      Channel udp = bindUdp();
      InetSocketAddress bound = (InetSocketAddress) udp.localAddress();
      if (!servesTcp) {
        return bound;
      }
      ChannelFuture tcp = bindTcp(bound);
      if (tcp.isSuccess()) {
        return bound;
      }
      udp.close().syncUninterruptibly();
      if (attempt == BIND_ATTEMPTS) {
        throw new IllegalStateException("no port that is free for both UDP and TCP", tcp.cause());
      }
    }
  }

  private Channel bindUdp() {
    return new Bootstrap()
        .group(group)
        .channel(EpollDatagramChannel.class)
        .handler(
            new ChannelInitializer<>() {
              @Override
              protected void initChannel(Channel channel) {
                channel
                    .pipeline()
                    .addLast(
                        new DatagramDnsQueryDecoder(),
                        new DatagramDnsResponseEncoder(),
                        new Answerer());
              }
            })
        .bind(InetAddress.ofLiteral("127.0.0.1"), 0)
        .syncUninterruptibly()
        .channel();
  }

  private ChannelFuture bindTcp(InetSocketAddress at) {
    return new ServerBootstrap()
        .group(group)
        .channel(EpollServerSocketChannel.class)
        .childHandler(
            new ChannelInitializer<>() {
              @Override
              protected void initChannel(Channel channel) {
                channel
                    .pipeline()
                    .addLast(new TcpDnsQueryDecoder(), new TcpDnsResponseEncoder(), new Answerer());
              }
            })
        .bind(at)
        .awaitUninterruptibly();
  }

  private final class Answerer extends SimpleChannelInboundHandler<DnsQuery> {
    @Override
    protected void channelRead0(ChannelHandlerContext context, DnsQuery query) {
      DnsQuestion question = query.recordAt(DnsSection.QUESTION);
      boolean overTcp = !(query instanceof DatagramDnsQuery);
      String name = question.name().substring(0, question.name().length() - 1);
      Asked key = new Asked(name, question.type(), overTcp);
      asked.add(key);
      AtomicInteger ignore = ignored.get(key);
      if (ignore != null && ignore.getAndDecrement() > 0) {
        return;
      }
      boolean edns = query.count(DnsSection.ADDITIONAL) > 0;
      if (edns) {
        askedWithEdns.incrementAndGet();
      }
      // Made when it is sent: a response that stays held would leak its buffers.
      Supplier<DnsResponse> right = response(query, key);
      Runnable answer = () -> fault.instead(edns, right).forEach(each -> send(context, each));
      Duration delay = delays.get(key);
      Queue<Runnable> waiting = held.get(name);
      if (delay != null) {
        context.executor().schedule(answer, delay.toMillis(), TimeUnit.MILLISECONDS);
      } else if (waiting != null) {
        waiting.add(answer);
      } else {
        answer.run();
      }
    }

    private Supplier<DnsResponse> response(DnsQuery query, Asked question) {
      int id = query.id();
      if (query instanceof DatagramDnsQuery datagram) {
        InetSocketAddress from = datagram.recipient();
        InetSocketAddress to = datagram.sender();
        return () -> filled(new DatagramDnsResponse(from, to, id), question);
      }
      return () -> filled(new DefaultDnsResponse(id), question);
    }

    private void send(ChannelHandlerContext context, DnsResponse response) {
      Channel other = elsewhere;
      Channel from =
          response instanceof DatagramDnsResponse && other != null ? other : context.channel();
      from.writeAndFlush(response).addListener(ChannelFutureListener.FIRE_EXCEPTION_ON_FAILURE);
    }

    private DnsResponse filled(DnsResponse response, Asked question) {
      Script script = scripts.getOrDefault(question.name(), Script.NXDOMAIN);
      Queue<Script> others = later.get(question.name());
      if (others != null && question.type().equals(DnsRecordType.A) && !others.isEmpty()) {
        scripts.put(question.name(), others.remove());
      }
      String name = question.name() + '.';
      response.setRecursionAvailable(true).setCode(script.code());
      response.addRecord(DnsSection.QUESTION, new DefaultDnsQuestion(name, question.type()));
      Boolean empty = question.overTcp() ? null : truncated.get(question.name());
      response.setTruncated(empty != null);
      if (Boolean.TRUE.equals(empty)) {
        return response;
      }
      String owner = question.name();
      Set<String> seen = new HashSet<>();
      for (Alias alias = aliases.get(owner);
          alias != null && seen.add(owner);
          alias = aliases.get(owner)) {
        response.addRecord(
            DnsSection.ANSWER,
            new DefaultDnsRawRecord(
                owner + '.', DnsRecordType.CNAME, alias.ttlSeconds(), encoded(alias.target())));
        if (alias.alone()) {
          return response;
        }
        owner = alias.target();
        script = scripts.getOrDefault(owner, script);
      }
      addAddresses(response, owner + '.', script, question.type());
      return response;
    }

    private static void addAddresses(
        DnsResponse response, String owner, Script script, DnsRecordType asked) {
      boolean found = false;
      for (InetAddress address : script.addresses()) {
        DnsRecordType type = address instanceof Inet4Address ? DnsRecordType.A : DnsRecordType.AAAA;
        if (type.equals(asked)) {
          response.addRecord(
              DnsSection.ANSWER,
              new DefaultDnsRawRecord(
                  owner, type, script.ttlSeconds(), Unpooled.wrappedBuffer(address.getAddress())));
          found = true;
        }
      }
      if (!found) {
        response.addRecord(DnsSection.AUTHORITY, startOfAuthority());
      }
    }

    /** Two names (the root), then serial, refresh, retry, expire and minimum. */
    private static DnsRecord startOfAuthority() {
      ByteBuf data = Unpooled.buffer().writeShort(0).writeZero(16).writeInt(TTL_SECONDS);
      return new DefaultDnsRawRecord("test.", DnsRecordType.SOA, TTL_SECONDS, data);
    }

    private static ByteBuf encoded(String name) {
      ByteBuf bytes = Unpooled.buffer();
      for (String label : name.split("\\.", -1)) {
        bytes.writeByte(label.length()).writeBytes(label.getBytes(StandardCharsets.US_ASCII));
      }
      return bytes.writeByte(0);
    }
  }
}
