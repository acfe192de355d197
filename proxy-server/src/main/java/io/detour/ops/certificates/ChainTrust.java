package io.detour.ops.certificates;

import io.detour.core.Printable;
import java.security.GeneralSecurityException;
import java.security.InvalidAlgorithmParameterException;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertPath;
import java.security.cert.CertPathBuilder;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertStore;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateParsingException;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.PKIXCertPathBuilderResult;
import java.security.cert.PKIXParameters;
import java.security.cert.PKIXReason;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What is wrong with a chain of certificates; nothing if it is to be trusted. Immutable.
 *
 * @param root the subject of the trusted certificate that it leads to, or null
 */
public record ChainTrust(@Nullable String root, List<Problem> problems) {
  public ChainTrust {
    problems = List.copyOf(problems);
  }

  static ChainTrust of(List<X509Certificate> sent, TrustRoots roots, Instant at) {
    return new Judgement(sent, roots, at).judge();
  }

  public boolean isTrusted() {
    return problems.isEmpty();
  }

  /** One thing that is wrong: a sentence that names the certificate, fit for a terminal. */
  public record Problem(Kind kind, String details) {
    boolean isAboutTime() {
      return kind == Kind.EXPIRED || kind == Kind.NOT_YET_VALID;
    }
  }

  /** What can be wrong with a chain. */
  public enum Kind {
    /** The server's certificate is its own issuer, and was not given as trusted. */
    SELF_SIGNED,
    UNKNOWN_ISSUER,
    /** A certificate between the server's own and the root was not sent. */
    INCOMPLETE_CHAIN,
    EXPIRED,
    NOT_YET_VALID,
    /** The certificate is for something else than a server (RFC 5280 4.2.1.12). */
    NOT_FOR_SERVERS,
    /** A rule of certificate paths is broken, or a signature is too weak or wrong. */
    INVALID
  }

  /**
   * Judges one chain, once.
   *
   * <p>The JDK looks for a path from the server's certificate to a root, at a time at which that
   * certificate is valid, so that an expired certificate of an unknown issuer is said to be both.
   * The JDK does not say why there is no path; {@link #explain} goes along the issuers to find out.
   */
  private static final class Judgement {
    private static final int ANY_LENGTH = -1;
    private static final Set<String> SERVER_USAGES =
        Set.of("1.3.6.1.5.5.7.3.1" /* serverAuth */, "2.5.29.37.0" /* anyExtendedKeyUsage */);

    /** RFC 5280 4.2.2.1: says where the issuer's certificate can be had. */
    private static final String AUTHORITY_INFORMATION_ACCESS = "1.3.6.1.5.5.7.1.1";

    private final List<X509Certificate> sent;
    private final X509Certificate server;
    private final TrustRoots roots;
    private final Instant at;
    private final List<Problem> problems = new ArrayList<>();

    Judgement(List<X509Certificate> sent, TrustRoots roots, Instant at) {
      this.sent = sent;
      this.server = sent.getFirst();
      this.roots = roots;
      this.at = at;
    }

    ChainTrust judge() {
      if (!isForServers()) {
        add(Kind.NOT_FOR_SERVERS, server, "is not for servers, by its extended key usage");
      }
      List<X509Certificate> path =
          roots.certificates().contains(server) ? List.of(server) : build();
      if (path.isEmpty()) {
        path = explain();
      }
      path.forEach(this::checkTime);
      X509Certificate end = path.getLast();
      return new ChainTrust(roots.certificates().contains(end) ? name(end) : null, problems);
    }

    private boolean isForServers() {
      try {
        @Nullable List<String> usages = server.getExtendedKeyUsage();
        return usages == null || usages.stream().anyMatch(SERVER_USAGES::contains);
      } catch (CertificateParsingException e) {
        return false;
      }
    }

    /** A path that holds, the trusted certificate included; empty if there is none. */
    private List<X509Certificate> build() {
      if (roots.certificates().isEmpty()) {
        return List.of(); // PKIX takes no empty set.
      }
      try {
        X509CertSelector target = new X509CertSelector();
        target.setCertificate(server);
        PKIXBuilderParameters parameters = new PKIXBuilderParameters(roots.anchors(), target);
        parameters.addCertStore(
            CertStore.getInstance("Collection", new CollectionCertStoreParameters(sent)));
        parameters.setMaxPathLength(ANY_LENGTH);
        limit(parameters);
        PKIXCertPathBuilderResult found =
            (PKIXCertPathBuilderResult) CertPathBuilder.getInstance("PKIX").build(parameters);
        List<X509Certificate> path = new ArrayList<>();
        found.getCertPath().getCertificates().forEach(each -> path.add((X509Certificate) each));
        path.add(Objects.requireNonNull(found.getTrustAnchor().getTrustedCert()));
        return path;
      } catch (CertPathBuilderException e) {
        return List.of();
      } catch (InvalidAlgorithmParameterException | NoSuchAlgorithmException e) {
        throw new IllegalStateException("every JDK builds certificate paths", e);
      }
    }

    private void limit(PKIXParameters parameters) {
      parameters.setRevocationEnabled(false);
      parameters.setDate(Date.from(timeOfServerCertificate()));
    }

    /** The time of the judgement, or the nearest one at which the server's certificate is valid. */
    private Instant timeOfServerCertificate() {
      Instant notBefore = server.getNotBefore().toInstant();
      Instant notAfter = server.getNotAfter().toInstant();
      return at.isAfter(notAfter) ? notAfter : at.isBefore(notBefore) ? notBefore : at;
    }

    /** Goes from issuer to issuer, at least one, and says why that leads to no root. */
    private List<X509Certificate> explain() {
      List<X509Certificate> path = new ArrayList<>();
      @Nullable X509Certificate next = server;
      while (next != null) {
        path.add(next);
        X509Certificate root = roots.issuerOf(next);
        if (root != null) {
          validate(path, root);
          path.add(root);
          return path;
        }
        next = sentIssuer(next, path);
      }
      explainEnd(path.getLast());
      return path;
    }

    private @Nullable X509Certificate sentIssuer(
        X509Certificate issued, List<X509Certificate> path) {
      return sent.stream()
          .filter(each -> !path.contains(each) && TrustRoots.isIssuedBy(issued, each))
          .findFirst()
          .orElse(null);
    }

    private void explainEnd(X509Certificate end) {
      String issuer = Printable.quoted(end.getIssuerX500Principal().getName());
      if (end.equals(server) && TrustRoots.isSelfSigned(end)) {
        add(Kind.SELF_SIGNED, end, "is self-signed, and not among the trusted certificates");
      } else if (TrustRoots.isSelfSigned(end)) {
        add(Kind.UNKNOWN_ISSUER, end, "is the root of this chain, and not trusted here");
      } else if (knowsNameOfIssuer(end)) {
        add(
            Kind.INVALID,
            end,
            "names " + issuer + " as its issuer, but the certificate of this name has another key");
      } else if (end.getExtensionValue(AUTHORITY_INFORMATION_ACCESS) != null) {
        add(
            Kind.INCOMPLETE_CHAIN,
            end,
            "was issued by " + issuer + ", whose certificate the server does not send; it has to");
      } else {
        add(
            Kind.UNKNOWN_ISSUER,
            end,
            "was issued by "
                + issuer
                + ", which is not trusted here and which the server does not send: a private"
                + " authority, or an incomplete chain");
      }
    }

    /** Whether a certificate that is known has the name that another one names as its issuer. */
    private boolean knowsNameOfIssuer(X509Certificate issued) {
      return Stream.concat(roots.certificates().stream(), sent.stream())
          .anyMatch(each -> each.getSubjectX500Principal().equals(issued.getIssuerX500Principal()));
    }

    /** A path that exists but does not hold; out of date is not what is looked for here. */
    private void validate(List<X509Certificate> path, X509Certificate root) {
      try {
        CertPath whole = CertificateFactory.getInstance("X.509").generateCertPath(path);
        PKIXParameters parameters = new PKIXParameters(Set.of(new TrustAnchor(root, null)));
        limit(parameters);
        CertPathValidator.getInstance("PKIX").validate(whole, parameters);
      } catch (CertPathValidatorException e) {
        explainInvalid(path, e);
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException("every JDK validates certificate paths", e);
      }
    }

    private void explainInvalid(List<X509Certificate> path, CertPathValidatorException e) {
      X509Certificate culprit = path.get(Math.max(0, e.getIndex()));
      switch (e.getReason()) {
        case CertPathValidatorException.BasicReason.EXPIRED,
            CertPathValidatorException.BasicReason.NOT_YET_VALID -> {}
        case CertPathValidatorException.BasicReason.ALGORITHM_CONSTRAINED ->
            add(Kind.INVALID, culprit, "has a key or a signature that is too weak");
        case PKIXReason.NOT_CA_CERT, PKIXReason.INVALID_KEY_USAGE ->
            add(Kind.INVALID, culprit, "signed another certificate, but is none of an authority");
        case PKIXReason.INVALID_NAME ->
            add(Kind.INVALID, culprit, "has a name that an issuer may not sign (name constraints)");
        case PKIXReason.PATH_TOO_LONG ->
            add(Kind.INVALID, culprit, "has more certificates below it than it allows");
        default ->
            add(
                Kind.INVALID,
                culprit,
                "is invalid: " + Printable.escaped(String.valueOf(e.getMessage())));
      }
    }

    private void checkTime(X509Certificate certificate) {
      Instant notBefore = certificate.getNotBefore().toInstant();
      Instant notAfter = certificate.getNotAfter().toInstant();
      if (at.isAfter(notAfter)) {
        add(Kind.EXPIRED, certificate, "expired at " + notAfter);
      } else if (at.isBefore(notBefore)) {
        add(Kind.NOT_YET_VALID, certificate, "is not valid before " + notBefore);
      }
    }

    private void add(Kind kind, X509Certificate certificate, String predicate) {
      problems.add(new Problem(kind, Printable.quoted(name(certificate)) + " " + predicate));
    }

    private static String name(X509Certificate certificate) {
      return certificate.getSubjectX500Principal().getName();
    }
  }
}
