package io.detour.server.status;

import io.detour.rules.Decision;
import io.netty.buffer.ByteBufUtil;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * An answer that ends a client's connection: status, {@code Proxy-Status: detour; error=…}, and one
 * line of text or a small page. Many clients show their users nothing but the status line, so the
 * details are in its reason phrase too. Immutable; any thread.
 *
 * @param details one line for people, without any part of the request but numbers; not necessarily
 *     ASCII
 * @param rcode the DNS response code by name, {@code NXDOMAIN}, or null (RFC 9209 2.3.2)
 * @param retryAfter when to try again, or null (RFC 9110 10.2.3)
 * @param challenge the value of {@code Proxy-Authenticate}, or null (RFC 9110 11.7.1); 407 has one
 */
public record Refusal(
    int status,
    ProxyErrorType error,
    String details,
    @Nullable String rcode,
    @Nullable Duration retryAfter,
    @Nullable String challenge) {
  private static final char FIRST_PRINTABLE = ' ';
  private static final char LAST_PRINTABLE = '~';

  /** Long enough for every text of Detour itself; the message of a rule may be longer. */
  private static final int MAX_REASON_CHARS = 200;

  /**
   * How a client takes the answer.
   *
   * @param html whether it is a page rather than a line of text
   * @param withContent whether the body follows: not in an answer to HEAD (RFC 9110 9.3.2)
   */
  public record Form(boolean html, boolean withContent) {
    public static final Form TEXT = new Form(false, true);
  }

  /** A refusal that has nothing to do with DNS. */
  public Refusal(int status, ProxyErrorType error, String details) {
    this(status, error, details, null, null, null);
  }

  /** The refusal of a decision. */
  public static Refusal of(Decision.Refuse decided) {
    return new Refusal(
        decided.status(),
        ProxyErrorType.valueOf(decided.error().toUpperCase(Locale.ROOT)),
        decided.message(),
        null,
        decided.retryAfter(),
        null);
  }

  /** The same as a decision has it, without what only goes over the wire. */
  public Decision.Refuse decided() {
    return new Decision.Refuse(status, error.token(), details, retryAfter);
  }

  /** A refusal that has to do with DNS. */
  public Refusal(int status, ProxyErrorType error, String details, @Nullable String rcode) {
    this(status, error, details, rcode, null, null);
  }

  /** The same for a while only. */
  public Refusal retriedAfter(Duration delay) {
    return new Refusal(status, error, details, rcode, delay, challenge);
  }

  /** The same for a client that may say who it is. */
  public Refusal challengedWith(String value) {
    return new Refusal(status, error, details, rcode, retryAfter, value);
  }

  /** The head and the body for a connection that ends. */
  public byte[] bytes() {
    return bytes(Form.TEXT, false);
  }

  /**
   * As it goes over the wire; the body is UTF-8.
   *
   * @param persistent whether the connection goes on
   */
  public byte[] bytes(Form form, boolean persistent) {
    String body = form.html() ? RefusalPage.of(this) : line() + "\n";
    String head =
        """
        HTTP/1.1 %d %s\r
        Proxy-Status: %s\r
        Content-Type: %s; charset=utf-8\r
        Content-Length: %d\r
        Cache-Control: no-store\r
        X-Content-Type-Options: nosniff\r
        %s%s%s%s\r
        """
            .formatted(
                status,
                reason(),
                proxyStatus(),
                form.html() ? "text/html" : "text/plain",
                ByteBufUtil.utf8Bytes(body),
                form.html() ? RefusalPage.POLICY : "",
                persistent ? "" : "Connection: close\r\n",
                retryField(),
                challengeField());
    return (form.withContent() ? head + body : head).getBytes(StandardCharsets.UTF_8);
  }

  /** Printable ASCII, whatever the details are (RFC 9112 4). */
  private String reason() {
    String text = HttpResponseStatus.valueOf(status).reasonPhrase() + ": " + details;
    StringBuilder reason = new StringBuilder();
    text.codePoints()
        .limit(MAX_REASON_CHARS)
        .forEach(c -> reason.append(isPrintable(c) ? (char) c : '?'));
    return reason.toString();
  }

  /** The status with its usual phrase: {@code 403 Forbidden}. */
  String title() {
    return status + " " + HttpResponseStatus.valueOf(status).reasonPhrase();
  }

  private String retryField() {
    return retryAfter == null ? "" : "Retry-After: " + Math.max(1, retryAfter.toSeconds()) + "\r\n";
  }

  private String challengeField() {
    return challenge == null ? "" : "Proxy-Authenticate: " + challenge + "\r\n";
  }

  /** What a person reads: {@code 403 Forbidden: no rule allows this host}. */
  public String line() {
    return title() + ": " + details;
  }

  /** The value of {@code Proxy-Status}: {@code detour; error=dns_error; details="…"}. */
  String proxyStatus() {
    StringBuilder value = new StringBuilder("detour; error=").append(error.token());
    if (rcode != null) {
      value.append("; rcode=").append(quoted(rcode));
    }
    if (isStructuredFieldString(details)) {
      value.append("; details=").append(quoted(details));
    }
    return value.toString();
  }

  /** Only printable ASCII fits into a String of RFC 8941 3.3.3; other details stay in the body. */
  private static boolean isStructuredFieldString(String text) {
    return text.chars().allMatch(Refusal::isPrintable);
  }

  private static boolean isPrintable(int c) {
    return c >= FIRST_PRINTABLE && c <= LAST_PRINTABLE;
  }

  private static String quoted(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }
}
