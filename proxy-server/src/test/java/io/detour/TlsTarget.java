package io.detour;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/** A TLS server on a free loopback port with a certificate for some names. */
public record TlsTarget(TcpOrigin origin, IssuedCertificate certificate) implements AutoCloseable {
  /** Starts one with a certificate that is valid for an hour. */
  public static TlsTarget covering(String... names) throws Exception {
    return showing(IssuedCertificate.covering(names));
  }

  /** Starts one with a certificate. */
  public static TlsTarget showing(IssuedCertificate certificate) throws Exception {
    SSLContext context = certificate.serving();
    TcpOrigin origin =
        TcpOrigin.start(
            socket -> {
              SSLSocket tls =
                  (SSLSocket)
                      context
                          .getSocketFactory()
                          .createSocket(socket, null, socket.getPort(), false);
              tls.setUseClientMode(false);
              tls.startHandshake();
              tls.getInputStream().transferTo(OutputStream.nullOutputStream());
            });
    return new TlsTarget(origin, certificate);
  }

  /** {@code 127.0.0.1:PORT}. */
  public String authority() {
    return origin.authority();
  }

  public Path writeAuthority(Path folder) throws Exception {
    return certificate.writeAuthority(folder);
  }

  @Override
  public void close() throws IOException {
    origin.close();
  }
}
