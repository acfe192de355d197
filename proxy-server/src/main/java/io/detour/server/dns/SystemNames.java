package io.detour.server.dns;

import io.detour.rules.document.RegularFile;
import io.detour.server.files.FileWatch;
import io.detour.server.files.Fingerprint;
import io.netty.util.NetUtil;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What this machine knows of names: the addresses in {@code hosts}, and the name service that
 * {@code resolv.conf} describes. A thread of its own reads a file again when it has changed, since
 * that blocks on the disk: they change when the machine joins another network. Any thread.
 */
public final class SystemNames implements AutoCloseable {
  private static final Logger logger = LoggerFactory.getLogger(SystemNames.class);
  private static final int LOOK_SECONDS = 1;
  private static final int MAX_SHOWN = 5;
  private static final int MAX_FILE_BYTES = 16 << 20;

  private final FileWatch files = new FileWatch("names");
  private final List<WatchedFile<?>> watched = new ArrayList<>(2);
  private final Supplier<Map<String, List<InetAddress>>> hosts;
  private final Supplier<NameService> service;
  private final ScheduledExecutorService watch;

  /** Reads the files, {@code resolv.conf} only if the configuration leaves something to it. */
  public SystemNames(DnsOptions options, SystemFiles paths) {
    Path conf = paths.resolvConf();
    hosts = watched(paths.hosts(), SystemNames::hosts);
    if (options.servers().isEmpty() || options.search()) {
      service = watched(conf, lines -> service(options, conf, lines));
    } else {
      NameService configured = NameService.of(options, ResolvConf.parse(List.of()));
      service = () -> configured;
    }
    watch =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("names").factory());
    var _ =
        watch.scheduleWithFixedDelay(
            () -> files.look(this::look), LOOK_SECONDS, LOOK_SECONDS, TimeUnit.SECONDS);
  }

  private <T> Supplier<T> watched(Path file, Function<List<String>, T> parser) {
    WatchedFile<T> added = new WatchedFile<>(file, parser);
    watched.add(added);
    return () -> added.current;
  }

  /** A task that throws is not run again. */
  private void look() {
    try {
      watched.forEach(WatchedFile::look);
    } catch (RuntimeException | Error e) {
      logger.error("names: looking at their files failed", e);
    }
  }

  public FileWatch files() {
    return files;
  }

  /** By name in lower case. Another map once the file has changed. */
  Map<String, List<InetAddress>> hosts() {
    return hosts.get();
  }

  /** Another one once the file has changed. */
  NameService service() {
    return service.get();
  }

  /** Ends the watch. */
  @Override
  public void close() {
    watch.shutdownNow();
  }

  private static NameService service(DnsOptions options, Path file, List<String> lines) {
    ResolvConf conf = ResolvConf.parse(lines);
    List<String> unusable = conf.unusable();
    if (!unusable.isEmpty()) {
      int more = unusable.size() - MAX_SHOWN;
      logger.warn(
          "{} is not used as a whole: {}{}; name servers: {}",
          file,
          String.join("; ", unusable.subList(0, Math.min(unusable.size(), MAX_SHOWN))),
          more > 0 ? "; and " + more + " more" : "",
          addresses(options.servers().isEmpty() ? conf.servers() : options.servers()));
    }
    return NameService.of(options, conf);
  }

  private static String addresses(List<InetSocketAddress> servers) {
    return servers.stream().map(NetUtil::toSocketAddressString).collect(Collectors.joining(", "));
  }

  /** As hosts(5); a line without an address is not looked at. */
  private static Map<String, List<InetAddress>> hosts(List<String> lines) {
    Map<String, List<InetAddress>> hosts = new HashMap<>();
    for (String line : lines) {
      int remark = line.indexOf('#');
      String text = remark < 0 ? line : line.substring(0, remark);
      String[] words = text.strip().split("\\s+", -1);
      InetAddress address = words.length > 1 ? address(words[0]) : null;
      for (int i = 1; address != null && i < words.length; i++) {
        List<InetAddress> known =
            hosts.computeIfAbsent(words[i].toLowerCase(Locale.ROOT), _ -> new ArrayList<>(1));
        if (!known.contains(address)) {
          known.add(address);
        }
      }
    }
    return hosts;
  }

  private static @Nullable InetAddress address(String text) {
    try {
      return text.indexOf(':') >= 0 || NetUtil.isValidIpV4Address(text)
          ? InetAddress.ofLiteral(text)
          : null;
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  /** A file and what was made of it. One thread at a time may {@link #look}. */
  private static final class WatchedFile<T> {
    private final Path file;
    private final Function<List<String>, T> parser;

    /** How the file looked when it was read, and when it was looked at last. */
    private Fingerprint read;

    private Fingerprint seen;
    private volatile T current;

    WatchedFile(Path file, Function<List<String>, T> parser) {
      this.file = file;
      this.parser = parser;
      this.read = Fingerprint.of(List.of(file));
      this.seen = read;
      this.current = parser.apply(lines());
    }

    /** Reads a file that has changed and looks as it did the last time: it is written then. */
    void look() {
      Fingerprint now = Fingerprint.of(List.of(file));
      boolean atRest = now.equals(seen);
      seen = now;
      if (atRest && !now.equals(read)) {
        read = now;
        current = parser.apply(lines());
        logger.info("{} has changed and was read again", file);
      }
    }

    /** A file that is not there is as an empty one. */
    private List<String> lines() {
      try {
        byte[] bytes = RegularFile.read(file, MAX_FILE_BYTES);
        if (bytes.length > MAX_FILE_BYTES) {
          logger.warn(
              "{} is larger than {} MiB and is taken for empty", file, MAX_FILE_BYTES >> 20);
          return List.of();
        }
        return new String(bytes, StandardCharsets.ISO_8859_1).lines().toList();
      } catch (NoSuchFileException e) {
        return List.of();
      } catch (IOException e) {
        logger.warn("{} cannot be read and is taken for empty: {}", file, RegularFile.reason(e));
        return List.of();
      }
    }
  }
}
