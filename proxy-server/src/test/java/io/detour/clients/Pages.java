package io.detour.clients;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.ok;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathMatching;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.options;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.client.MappingBuilder;
import com.github.tomakehurst.wiremock.verification.LoggedRequest;
import io.detour.IssuedCertificate;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** An HTTP and HTTPS server that answers every path, some in a special way. */
final class Pages implements AutoCloseable {
  /** What most paths have. */
  static final byte[] PAGE = bytes(1_000);

  /** Sent with its length. */
  static final String LARGE = "/large";

  static final byte[] LARGE_BODY = bytes(8 << 20);

  /** The first byte of the part of {@link #LARGE} that can be asked for. */
  static final int PART_FIRST = 100_000;

  /** Its last byte. */
  static final int PART_LAST = 299_999;

  /** Sent in chunks. */
  static final String CHUNKED = "/chunked";

  static final byte[] CHUNKED_BODY = bytes(2 << 20);

  /** Sent in chunks with pauses between them. */
  static final String SLOW = "/slow";

  private static final int SLOW_CHUNKS = 5;
  private static final int SLOW_MILLIS = 500;

  private final WireMockServer server;

  private Pages(WireMockServer server) {
    this.server = server;
  }

  /** Starts it on free loopback ports. */
  static Pages start(IssuedCertificate certificate, Path folder) throws Exception {
    WireMockServer server =
        new WireMockServer(
            options()
                .bindAddress("127.0.0.1")
                .jettyAcceptors(1)
                .stubCorsEnabled(true)
                .port(0)
                .httpsPort(0)
                .keystorePath(certificate.writeKeyStore(folder).toString())
                .keystoreType("PKCS12")
                .keystorePassword(IssuedCertificate.PASSWORD)
                .keyManagerPassword(IssuedCertificate.PASSWORD));
    server.start();
    server.stubFor(any(anyUrl()).willReturn(ok().withBody(PAGE)));
    server.stubFor(
        any(urlPathEqualTo(LARGE))
            .willReturn(
                ok().withBody(LARGE_BODY)
                    .withHeader("Content-Length", String.valueOf(LARGE_BODY.length))));
    server.stubFor(
        get(urlPathEqualTo(LARGE))
            .withHeader("Range", equalTo("bytes=" + PART_FIRST + "-" + PART_LAST))
            .willReturn(
                aResponse()
                    .withStatus(206)
                    .withHeader(
                        "Content-Range",
                        "bytes " + PART_FIRST + "-" + PART_LAST + "/" + LARGE_BODY.length)
                    .withBody(part())));
    server.stubFor(get(urlPathEqualTo(CHUNKED)).willReturn(ok().withBody(CHUNKED_BODY)));
    server.stubFor(
        get(urlPathEqualTo(SLOW))
            .willReturn(ok().withBody(PAGE).withChunkedDribbleDelay(SLOW_CHUNKS, SLOW_MILLIS)));
    return new Pages(server);
  }

  /** What a path has. */
  static byte[] body(String path) {
    return switch (path) {
      case LARGE -> LARGE_BODY;
      case CHUNKED -> CHUNKED_BODY;
      default -> PAGE;
    };
  }

  /** The part of {@link #LARGE_BODY} that can be asked for. */
  static byte[] part() {
    return Arrays.copyOfRange(LARGE_BODY, PART_FIRST, PART_LAST + 1);
  }

  /** Random bytes, the same for the same count. */
  static byte[] bytes(int count) {
    byte[] bytes = new byte[count];
    new Random(count).nextBytes(bytes);
    return bytes;
  }

  /** Where it listens. */
  InetSocketAddress address(Scheme scheme) {
    int port =
        switch (scheme) {
          case HTTP -> server.port();
          case HTTPS -> server.httpsPort();
        };
    return new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port);
  }

  /** Adds a special path. */
  void stub(MappingBuilder special) {
    server.stubFor(special);
  }

  /** How often it was asked for a path that begins like this, by a POST. */
  int count(String path) {
    return server
        .countRequestsMatching(postRequestedFor(urlPathMatching(path + ".*")).build())
        .getCount();
  }

  /** What it was asked, in order. */
  List<LoggedRequest> requests() {
    return server.findAll(anyRequestedFor(anyUrl()));
  }

  @Override
  public void close() {
    server.stop();
  }
}
