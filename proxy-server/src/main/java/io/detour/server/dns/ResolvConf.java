package io.detour.server.dns;

import io.detour.core.Host;
import io.detour.core.Parsed;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What {@code resolv.conf} says, read as glibc reads it (resolv.conf(5)): a keyword stands at the
 * very start of its line, {@code #} and {@code ;} are remarks there only, what follows the address
 * of a name server is not looked at, and of several {@code domain} and {@code search} lines the
 * last one counts. Immutable; any thread.
 *
 * @param servers at most {@value #MAX_SERVERS}; the one on this machine if the file names none that
 *     can be used
 * @param search canonical names, in the order in which they are tried
 * @param unusable what is not used although somebody wrote it, one phrase each
 */
record ResolvConf(
    List<InetSocketAddress> servers, List<String> search, Options options, List<String> unusable) {
  private static final int MAX_SERVERS = 3;
  private static final int MAX_DOTS = 15;
  private static final int MAX_TIMEOUT_SECONDS = 30;
  private static final int PORT = 53;

  ResolvConf {
    servers =
        servers.isEmpty()
            ? List.of(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), PORT))
            : List.copyOf(servers);
    search = List.copyOf(search);
    unusable = List.copyOf(unusable);
  }

  /**
   * The options that mean something here. How often a server is asked is limited by time, EDNS is
   * always offered, and nobody looks at what {@code trust-ad} would let through.
   *
   * @param dots how many dots a name has that is tried as it is before it is completed
   * @param timeoutSeconds how long one server is waited for, or 0 if the file does not say
   * @param rotate whether the servers are asked in turn
   * @param tcp whether UDP is not used
   * @param ipv6 whether IPv6 addresses are asked for
   */
  record Options(int dots, int timeoutSeconds, boolean rotate, boolean tcp, boolean ipv6) {
    /** What is left of them for servers that the file does not name. */
    Options ofNames() {
      return new Options(dots, 0, false, false, true);
    }
  }

  /** Reads the lines of the file. */
  static ResolvConf parse(List<String> lines) {
    Parser parser = new Parser();
    for (String line : lines) {
      parser.read(line);
    }
    return parser.conf();
  }

  private static final class Parser {
    private final List<InetSocketAddress> servers = new ArrayList<>(MAX_SERVERS);
    private final List<String> unusable = new ArrayList<>(0);
    private List<String> search = List.of();
    private int dots = 1;
    private int timeoutSeconds;
    private boolean rotate;
    private boolean tcp;
    private boolean ipv6 = true;

    /** Of the line. */
    private int number;

    private void read(String line) {
      number++;
      if (line.isBlank() || line.startsWith("#") || line.startsWith(";")) {
        return;
      }
      List<String> words = List.of(line.stripTrailing().split("[ \t]+", -1));
      List<String> values = words.subList(1, words.size());
      switch (words.getFirst()) {
        case "nameserver" -> addServer(values.isEmpty() ? "" : values.getFirst());
        case "domain" -> complete(values.subList(0, Math.min(values.size(), 1)));
        case "search" -> complete(values);
        case "options" -> values.forEach(this::option);
        case "sortlist" -> {} // the order of addresses is not the resolver's here
        default -> problem("a keyword at the start of the line is expected");
      }
    }

    private ResolvConf conf() {
      Options options = new Options(dots, timeoutSeconds, rotate, tcp, ipv6);
      return new ResolvConf(servers, search, options, unusable);
    }

    private void problem(String what) {
      unusable.add("line " + number + ": " + what);
    }

    private void addServer(String text) {
      InetAddress address = address(text);
      if (address == null) {
        return;
      }
      if (servers.size() == MAX_SERVERS) {
        problem("there are " + MAX_SERVERS + " name servers before this one");
        return;
      }
      servers.add(new InetSocketAddress(address, PORT));
    }

    private @Nullable InetAddress address(String text) {
      try {
        if (text.indexOf(':') < 0) {
          return Inet4Address.ofPosixLiteral(text);
        }
        if (text.startsWith("[")) {
          throw new IllegalArgumentException(text);
        }
        int percent = text.indexOf('%');
        return percent < 0
            ? InetAddress.ofLiteral(text)
            : zoned(InetAddress.ofLiteral(text.substring(0, percent)), text.substring(percent + 1));
      } catch (IllegalArgumentException e) {
        problem("an address without a port is expected");
        return null;
      }
    }

    /** The zone of an address of another kind than link-local means nothing (RFC 4007 6). */
    private @Nullable InetAddress zoned(InetAddress address, String zone) {
      if (!(address instanceof Inet6Address) || !address.isLinkLocalAddress()) {
        return address;
      }
      int index = interfaceIndex(zone);
      if (index == 0) {
        problem("there is no network interface of this name");
        return null;
      }
      try {
        return Inet6Address.getByAddress(null, address.getAddress(), index);
      } catch (UnknownHostException e) {
        throw new IllegalStateException("16 bytes are an IPv6 address", e);
      }
    }

    /** 0 if there is none. */
    private static int interfaceIndex(String zone) {
      if (zone.matches("[0-9]{1,9}")) {
        return Integer.parseInt(zone);
      }
      try {
        NetworkInterface found = NetworkInterface.getByName(zone);
        return found == null ? 0 : found.getIndex();
      } catch (SocketException e) {
        return 0;
      }
    }

    private void complete(List<String> domains) {
      if (domains.isEmpty()) {
        return;
      }
      List<String> names = new ArrayList<>(domains.size());
      for (String domain : domains) {
        if (Host.parse(domain.toLowerCase(Locale.ROOT)) instanceof Parsed.Value(Host host)
            && !host.isAddress()) {
          names.add(host.name());
        } else if (!domain.equals(".")) { // the root, with which every name is complete
          problem("a search domain is not a domain name");
        }
      }
      search = names;
    }

    private void option(String option) {
      if (option.equals("rotate")) {
        rotate = true;
      } else if (option.equals("use-vc")) {
        tcp = true;
      } else if (option.equals("no-aaaa")) {
        ipv6 = false;
      } else if (option.startsWith("ndots:")) {
        dots = number(option, 0, MAX_DOTS, dots);
      } else if (option.startsWith("timeout:")) {
        timeoutSeconds = number(option, 1, MAX_TIMEOUT_SECONDS, timeoutSeconds);
      }
    }

    /** The number of an option, within its bounds. */
    private int number(String option, int min, int max, int otherwise) {
      String digits = option.substring(option.indexOf(':') + 1);
      if (!digits.matches("[0-9]{1,9}")) {
        problem("the option has no number");
        return otherwise;
      }
      return Math.clamp(Integer.parseInt(digits), min, max);
    }
  }
}
