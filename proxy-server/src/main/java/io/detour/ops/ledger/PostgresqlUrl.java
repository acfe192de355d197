package io.detour.ops.ledger;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.detour.core.Parsed;
import java.net.URLDecoder;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A PostgreSQL database. Its text shows no credentials.
 *
 * @param hosts one or more {@code HOST[:PORT]}, with commas between them
 * @param database its name, percent-encoded
 * @param parameters those of the driver, {@code name=value} with {@code &} between them, or empty
 * @param credentials {@code USER[:PASSWORD]}, percent-encoded, or null if they are none or stand in
 *     the parameters
 */
public record PostgresqlUrl(
    String hosts, String database, String parameters, @Nullable String credentials)
    implements LedgerUrl {
  /** What comes before the host. */
  static final String SCHEME = "jdbc:postgresql://";

  /** What stands for credentials wherever they would be shown. */
  static final String MASK = "***";

  private static final Pattern HOSTS =
      Pattern.compile(
          "(?:[A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+])(?::[0-9]{1,5})?"
              + "(?:,(?:[A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+])(?::[0-9]{1,5})?)*");
  private static final Pattern DATABASE = Pattern.compile("(?:[A-Za-z0-9._~-]|%[0-9A-Fa-f]{2})+");
  private static final Pattern PARAMETER =
      Pattern.compile("[A-Za-z]+=(?:[^%&#\\s\\p{Cntrl}]|%[0-9A-Fa-f]{2})*");
  private static final Pattern CREDENTIALS =
      Pattern.compile("(?:[A-Za-z0-9._~!$&'()*+,;=:-]|%[0-9A-Fa-f]{2})*");
  private static final int MAX_PORT = 65_535;

  /** Reads what follows the scheme. */
  static Parsed<LedgerUrl> parsed(String text) {
    int question = text.indexOf('?');
    String parameters = question < 0 ? "" : text.substring(question + 1);
    String place = question < 0 ? text : text.substring(0, question);
    int at = place.lastIndexOf('@');
    String credentials = at < 0 ? null : place.substring(0, at);
    String rest = place.substring(at + 1);
    int slash = rest.indexOf('/');
    if (slash < 0 || !DATABASE.matcher(rest.substring(slash + 1)).matches()) {
      return Parsed.malformed("there is no name of a database behind the host");
    }
    String hosts = rest.substring(0, slash);
    if (!HOSTS.matcher(hosts).matches() || !hasPorts(hosts)) {
      return Parsed.malformed("the host or its port cannot be used");
    }
    String flaw = flaw(credentials, parameters);
    return flaw == null
        ? Parsed.of(new PostgresqlUrl(hosts, rest.substring(slash + 1), parameters, credentials))
        : Parsed.malformed(flaw);
  }

  private static boolean hasPorts(String hosts) {
    for (String host : hosts.split(",", -1)) {
      int colon = host.lastIndexOf(':');
      if (colon > host.lastIndexOf(']') && Integer.parseInt(host.substring(colon + 1)) > MAX_PORT) {
        return false;
      }
    }
    return true;
  }

  private static @Nullable String flaw(@Nullable String credentials, String parameters) {
    if (credentials != null) {
      if (credentials.equals(MASK)) {
        return "user name and password are masked, as they are shown";
      }
      if (!CREDENTIALS.matcher(credentials).matches()) {
        return "user name or password has a character that has to be written as %XX, such as %40"
            + " for @";
      }
      if (credentials.isEmpty() || credentials.startsWith(":")) {
        return "the user name is empty";
      }
    }
    for (String parameter : split(parameters)) {
      if (!PARAMETER.matcher(parameter).matches()) {
        return "a parameter is not NAME=VALUE, or has a character that has to be written as %XX";
      }
      if (isSecret(parameter) && parameter.endsWith("=" + MASK)) {
        return "a parameter is masked, as it is shown";
      }
    }
    return null;
  }

  private static List<String> split(String parameters) {
    return parameters.isEmpty() ? List.of() : List.of(parameters.split("&", -1));
  }

  /** Whether a parameter may hold a name or a secret: {@code user}, {@code sslpassword}. */
  private static boolean isSecret(String parameter) {
    String name = parameter.substring(0, parameter.indexOf('=')).toLowerCase(Locale.ROOT);
    return name.contains("user") || name.contains("pass") || name.contains("key");
  }

  /** For the driver, without credentials but for those of the parameters. Not to be shown. */
  String driverUrl() {
    return SCHEME + hosts + '/' + database + (parameters.isEmpty() ? "" : '?' + parameters);
  }

  /** For the driver: the credentials that stand before the host. */
  Properties driverProperties() {
    Properties properties = new Properties();
    if (credentials != null) {
      String[] parts = credentials.split(":", 2);
      properties.setProperty("user", decoded(parts[0]));
      if (parts.length > 1) {
        properties.setProperty("password", decoded(parts[1]));
      }
    }
    return properties;
  }

  /** A message of the driver or the server without the secrets of this URL. */
  String masked(String message) {
    String masked = message;
    for (String secret : secrets()) {
      masked = masked.replace(secret, MASK);
    }
    return masked;
  }

  private List<String> secrets() {
    Stream<String> password =
        credentials == null ? Stream.of() : Stream.of(credentials.split(":", 2)).skip(1);
    Stream<String> values =
        split(parameters).stream()
            .filter(parameter -> isSecret(parameter) && !parameter.startsWith("user="))
            .map(parameter -> parameter.substring(parameter.indexOf('=') + 1));
    List<String> written =
        Stream.concat(password, values).filter(secret -> !secret.isEmpty()).toList();
    return Stream.concat(written.stream(), written.stream().map(PostgresqlUrl::decoded)).toList();
  }

  /** A plus means itself, unlike in a form. */
  private static String decoded(String text) {
    return URLDecoder.decode(text.replace("+", "%2B"), UTF_8);
  }

  /** As {@link LedgerUrl#parse} takes it, but for the credentials. */
  @Override
  public String toString() {
    List<String> shown =
        split(parameters).stream()
            .map(each -> isSecret(each) ? each.substring(0, each.indexOf('=') + 1) + MASK : each)
            .toList();
    return SCHEME
        + (credentials == null ? "" : MASK + '@')
        + hosts
        + '/'
        + database
        + (shown.isEmpty() ? "" : '?' + String.join("&", shown));
  }
}
