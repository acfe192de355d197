package io.detour.server.serve;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.detour.server.status.ProxyErrorType;
import io.detour.server.status.Refusal;
import java.time.Duration;

/** What comes of asking the proxy for its PAC file. */
public sealed interface AutoConfigFile {
  /**
   * The file.
   *
   * @param content JavaScript in ASCII
   */
  record Found(String content) implements AutoConfigFile {
    /** An answer behind which the connection is closed. */
    byte[] answer(boolean withContent) {
      String head =
          "HTTP/1.1 200 OK\r\n"
              + "Content-Type: application/x-ns-proxy-autoconfig\r\n"
              + "Content-Length: "
              + content.length()
              + "\r\nCache-Control: no-store\r\n"
              + "X-Content-Type-Options: nosniff\r\n"
              + "Connection: close\r\n\r\n";
      return (withContent ? head + content : head).getBytes(US_ASCII);
    }
  }

  /**
   * There is none.
   *
   * @param refusal what the client is told
   */
  record Missing(Refusal refusal) implements AutoConfigFile {
    /** The host is none under which the file may be asked for. */
    public static Missing forHost() {
      return new Missing(
          new Refusal(
              403,
              ProxyErrorType.HTTP_REQUEST_DENIED,
              "Host: expected an IP address, localhost or a name of admin.hosts"));
    }

    /** Too many have asked. */
    public static Missing forNow() {
      return new Missing(
          new Refusal(
                  503,
                  ProxyErrorType.CONNECTION_LIMIT_REACHED,
                  "the file is being made for others, ask again later")
              .retriedAfter(Duration.ofSeconds(1)));
    }

    /** No listener is one that a PAC file can name. */
    public static Missing forListener() {
      return new Missing(
          new Refusal(
              404,
              ProxyErrorType.HTTP_REQUEST_ERROR,
              "there is no listener for browsers without TLS and PROXY protocol"));
    }
  }
}
