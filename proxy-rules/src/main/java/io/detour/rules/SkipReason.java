package io.detour.rules;

import io.detour.core.Printable;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Why a rule leaves a request to the rules below it. */
public enum SkipReason {
  /** No matcher matches the host. */
  HOST,
  PORT,
  CLIENT,
  USER,
  /** The client is not in the part of the rollout. */
  ROLLOUT,
  /** The rule's mode is off. */
  OFF,
  /** The rule has expired and is disabled by that. */
  EXPIRED;

  /** Entries of a list that a sentence names; a rule may have thousands. */
  private static final int MAX_NAMED = 3;

  /** {@code host}, {@code port} and so on. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Half a sentence: {@code host does not match exact erp.old.example.com}. */
  String explain(Rule rule, Request request) {
    Conditions scope = rule.scope();
    return switch (this) {
      case HOST -> "host does not match " + some(rule.hosts());
      case PORT -> "port " + request.asked().port() + " is not " + some(scope.ports());
      case CLIENT -> client(request) + " is not in " + some(scope.clients());
      case USER ->
          user(request)
              + " is not "
              + some(scope.users().stream().sorted().map(Printable::quoted).toList());
      case ROLLOUT ->
          client(request) + " is not in the rollout of " + scope.rollout().percent() + " %";
      case OFF -> "mode is off";
      case EXPIRED -> {
        Expiry expiry = rule.lifetime().expiry();
        yield expiry == null ? "expired" : "expired, its last day was " + expiry.lastDay();
      }
    };
  }

  private static String client(Request request) {
    return request.client() == null ? "an unknown client" : "client " + request.client();
  }

  private static String user(Request request) {
    return request.user() == null ? "an unknown user" : "user " + Printable.quoted(request.user());
  }

  private static String some(List<?> entries) {
    String named =
        entries.stream().limit(MAX_NAMED).map(Object::toString).collect(Collectors.joining(", "));
    int more = entries.size() - MAX_NAMED;
    return more > 0 ? named + " or " + more + " more" : named;
  }
}
