package io.detour.ops.certificates;

import io.detour.ops.certificates.CertificateCheck.PresentedCertificate;
import io.detour.rules.document.Fields;
import io.detour.server.dns.Resolution;
import io.detour.server.status.DialError;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A report for scripts.
 *
 * <p>{@code good}, whether everything went well; {@code resolve}, null if a parent proxy does it,
 * or with {@code addresses} or {@code error}, {@code details} and perhaps {@code rcode}; {@code
 * connect}, null or with {@code remote} or an error likewise, and {@code attempts}; {@code tls},
 * null or with {@code protocol} and {@code cipher_suite} or {@code error} and {@code details}, and
 * with {@code certificate}, null or an object: {@code legacy_name}, {@code covers_legacy_name},
 * {@code trusted}, {@code root}, {@code problems} (a list of {@code kind} and {@code details}),
 * {@code names} (all of them), {@code not_after}, {@code days_left} and {@code chain}. Every step
 * has {@code ms}.
 */
public final class ProbeJson {
  private ProbeJson() {}

  /** Puts the report into an object. */
  public static void write(ProbeReport report, ObjectNode object) {
    object.put("good", report.isGood());
    put(object, "resolve", report.lookup(), ProbeJson::lookup);
    put(object, "connect", report.connection(), ProbeJson::connection);
    put(object, "tls", report.handshake(), ProbeJson::handshake);
  }

  private static <T> void put(
      ObjectNode object, String name, @Nullable T value, BiConsumer<T, ObjectNode> writer) {
    if (value == null) {
      object.putNull(name);
    } else {
      writer.accept(value, object.putObject(name));
    }
  }

  private static void lookup(ProbeReport.Lookup lookup, ObjectNode object) {
    switch (lookup.answer()) {
      case Resolution.Addresses(List<InetAddress> addresses) -> {
        ArrayNode list = object.putArray("addresses");
        addresses.forEach(address -> list.add(NetUtil.toAddressString(address)));
      }
      case Resolution.Unresolved unresolved ->
          error(object, unresolved.error(), unresolved.details(), unresolved.rcode());
    }
    took(object, lookup.took());
  }

  private static void connection(ProbeReport.Connection connection, ObjectNode object) {
    switch (connection) {
      case ProbeReport.Connection.Made made ->
          object.put("remote", NetUtil.toSocketAddressString(made.remote()));
      case ProbeReport.Connection.Failed failed ->
          error(object, failed.error(), failed.details(), failed.rcode());
    }
    object.put("attempts", connection.attempts());
    took(object, connection.took());
  }

  private static void error(
      ObjectNode object, DialError error, String details, @Nullable String rcode) {
    object.put("error", error.type().token()).put("details", details);
    if (rcode != null) {
      object.put("rcode", rcode);
    }
  }

  private static void handshake(ProbeReport.Handshake handshake, ObjectNode object) {
    switch (handshake) {
      case ProbeReport.Handshake.Made made ->
          object.put("protocol", made.protocol()).put("cipher_suite", made.cipherSuite());
      case ProbeReport.Handshake.Failed failed ->
          object.put("error", Fields.wordOf(failed.error())).put("details", failed.details());
    }
    put(object, "certificate", handshake.certificate(), ProbeJson::certificate);
    took(object, handshake.took());
  }

  private static void certificate(CertificateCheck check, ObjectNode object) {
    object
        .put("legacy_name", check.legacyName().name())
        .put("covers_legacy_name", check.coversLegacyName())
        .put("trusted", check.trust().isTrusted())
        .put("root", check.trust().root());
    ArrayNode problems = object.putArray("problems");
    for (ChainTrust.Problem problem : check.trust().problems()) {
      problems
          .addObject()
          .put("kind", Fields.wordOf(problem.kind()))
          .put("details", problem.details());
    }
    ArrayNode names = object.putArray("names");
    check.names().all().forEach(names::add);
    object.put("not_after", check.notAfter().toString()).put("days_left", check.daysLeft());
    ArrayNode chain = object.putArray("chain");
    for (PresentedCertificate each : check.chain()) {
      chain
          .addObject()
          .put("subject", each.subject())
          .put("issuer", each.issuer())
          .put("not_before", each.notBefore().toString())
          .put("not_after", each.notAfter().toString())
          .put("key", each.key())
          .put("signature", each.signature());
    }
  }

  private static void took(ObjectNode object, Duration took) {
    object.put("ms", took.toMillis());
  }
}
