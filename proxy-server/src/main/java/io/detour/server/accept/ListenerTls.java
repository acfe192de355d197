package io.detour.server.accept;

import io.detour.core.Printable;
import io.detour.server.accept.ListenerOptions.TlsFiles;
import io.detour.server.files.Fingerprint;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * TLS on a listener: versions 1.2 and 1.3, ALPN {@code http/1.1}. Its certificate can be read again
 * while it serves: new handshakes show the new one, those connected notice nothing.
 *
 * <p>{@link #newHandler} is for any thread, {@link #read} and {@link #readIfChanged} for one.
 */
final class ListenerTls {
  private static final Logger logger = LoggerFactory.getLogger(ListenerTls.class);

  /** Those of Mozilla's intermediate profile with forward secrecy by elliptic curves. */
  private static final List<String> CIPHERS =
      List.of(
          "TLS_AES_128_GCM_SHA256",
          "TLS_AES_256_GCM_SHA384",
          "TLS_CHACHA20_POLY1305_SHA256",
          "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
          "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
          "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
          "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
          "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
          "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256");

  /** That can be resumed. */
  private static final int MAX_SESSIONS = 10_000;

  private static final int SESSION_SECONDS = 24 * 60 * 60;

  private final TlsFiles files;
  private final Duration handshakeTimeout;
  private Fingerprint read;

  /** Equal to the last look when the files are at rest. */
  private Fingerprint seen;

  private @Nullable String problem;
  private volatile SslContext context;

  /**
   * Reads the files.
   *
   * @param handshakeTimeout for the whole handshake of a client
   * @throws IOException if they cannot be used; the message names the file and says why
   */
  ListenerTls(TlsFiles files, Duration handshakeTimeout) throws IOException {
    this.files = files;
    this.handshakeTimeout = handshakeTimeout;
    read = look();
    seen = read;
    context = context(files);
  }

  private Fingerprint look() {
    return Fingerprint.of(List.of(files.certificate(), files.key()));
  }

  private static SslContext context(TlsFiles files) throws IOException {
    TlsPair pair = TlsPair.read(files);
    try {
      return SslContextBuilder.forServer(pair.key(), pair.chain())
          .sslProvider(SslProvider.JDK)
          .protocols("TLSv1.3", "TLSv1.2")
          .ciphers(CIPHERS, SupportedCipherSuiteFilter.INSTANCE)
          .sessionCacheSize(MAX_SESSIONS)
          .sessionTimeout(SESSION_SECONDS)
          .applicationProtocolConfig(
              new ApplicationProtocolConfig(
                  Protocol.ALPN,
                  SelectorFailureBehavior.NO_ADVERTISE,
                  SelectedListenerFailureBehavior.ACCEPT,
                  ApplicationProtocolNames.HTTP_1_1))
          .build();
    } catch (SSLException e) {
      throw new IOException(files.certificate() + ": " + e.getMessage(), e);
    }
  }

  /** The handler for a new client. */
  SslHandler newHandler(ByteBufAllocator allocator) {
    SslHandler handler = context.newHandler(allocator);
    handler.setHandshakeTimeoutMillis(handshakeTimeout.toMillis());
    return handler;
  }

  /** Reads the files again; if they cannot be used, what was read before stays. */
  void read() {
    read = look();
    seen = read;
    problem = whyUnusable();
  }

  private @Nullable String whyUnusable() {
    try {
      context = context(files);
      logger.info("{} and its key were read again", files.certificate());
      return null;
    } catch (IOException e) {
      logger.warn("the certificate in use stays: {}", e.getMessage());
      return Printable.escaped(String.valueOf(e.getMessage()));
    } catch (RuntimeException | Error e) { // whatever it is, who asked gets an answer
      logger.error("the certificate in use stays", e);
      return files.certificate() + ": internal error, see the log";
    }
  }

  /** What was wrong with the files when they were read last; null if nothing was. */
  @Nullable String problem() {
    return problem;
  }

  /** Reads them if they have changed, and look as they did in the call before; whether it did. */
  boolean readIfChanged() {
    Fingerprint now = look();
    boolean reads = !now.equals(read) && now.equals(seen);
    if (reads) {
      read();
    }
    seen = now;
    return reads;
  }
}
