package io.detour.server.parse.http;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Which fields are passed on (RFC 9110 7.6.1). Any thread.
 *
 * <p>Not passed on are those that are about one connection only, or that Connection nominates; and
 * those that are told anew from parsed values: Host, Content-Length and Transfer-Encoding. Trailer
 * stays, since trailers are passed on.
 */
public final class EndToEnd {
  /**
   * In lower case, like all names here. Proxy-Authenticate, Proxy-Support and what belongs to them
   * are ours.
   */
  private static final Set<String> NOT_PASSED_ON =
      Octets.words(
          """
          connection keep-alive proxy-connection proxy-authenticate proxy-authentication-info
          proxy-authorization proxy-support te transfer-encoding upgrade host content-length http2-settings
          """);

  /**
   * What Connection cannot take away: RFC 9110 7.6.1 forbids its sender to nominate fields for all
   * recipients, and to lose one of these would make another message.
   */
  private static final Set<String> NOT_TO_BE_NOMINATED =
      Octets.words(
          """
          via authorization cache-control pragma expires age date vary cookie set-cookie
          content-type content-encoding content-language content-location content-range
          content-disposition content-security-policy strict-transport-security trailer expect
          max-forwards range if-match if-none-match if-modified-since if-unmodified-since
          if-range origin referer forwarded x-forwarded-for x-forwarded-host x-forwarded-proto
          x-real-ip etag last-modified location retry-after www-authenticate
          authentication-info proxy-status
          """);

  /**
   * What may not stand in a trailer section (RFC 9110 6.5.1): fields for framing, routing,
   * modifying a request, authentication, and what a recipient has to know before the content.
   */
  private static final Set<String> NOT_IN_TRAILERS =
      Octets.words(
          """
          trailer via authorization www-authenticate authentication-info cookie set-cookie
          set-cookie2 cache-control pragma expires age date vary warning location retry-after
          expect max-forwards range if-match if-none-match if-modified-since
          if-unmodified-since if-range origin forwarded x-real-ip strict-transport-security
          status proxy-status
          """);

  private static final List<String> PREFIXES_NOT_IN_TRAILERS =
      List.of("content-", "proxy-", "x-forwarded-", "access-control-");

  /** These, though, are made for trailers (RFC 9530 2). */
  private static final Set<String> DIGESTS = Set.of("content-digest", "content-md5");

  private EndToEnd() {}

  /** The fields of a head that are passed on, for more to be added. */
  public static FieldLines.Builder of(FieldLines fields) {
    Set<String> nominated = nominated(fields);
    return fields.withNames(name -> !NOT_PASSED_ON.contains(name) && !nominated.contains(name));
  }

  /** What Connection takes away, in lower case. */
  private static Set<String> nominated(FieldLines fields) {
    Set<String> nominated = new HashSet<>();
    for (String token : fields.tokens("Connection")) {
      nominated.add(token.toLowerCase(Locale.ROOT));
    }
    nominated.removeAll(NOT_TO_BE_NOMINATED);
    return nominated;
  }

  /** The fields of a trailer section that are passed on, in a trailer section again. */
  public static FieldLines trailers(FieldLines trailers) {
    return trailers.size() == 0
        ? FieldLines.NONE
        : trailers.withNames(EndToEnd::isForTrailers).build();
  }

  private static boolean isForTrailers(String name) {
    return DIGESTS.contains(name)
        || (!NOT_PASSED_ON.contains(name)
            && !Framing.resemblesFramingField(name)
            && !NOT_IN_TRAILERS.contains(name)
            && PREFIXES_NOT_IN_TRAILERS.stream().noneMatch(name::startsWith));
  }
}
