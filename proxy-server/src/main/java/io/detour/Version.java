package io.detour;

import io.detour.ops.metrics.Metrics.BuildInfo;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/** What runs: for {@code --version} and the metric {@code detour_build_info}. */
public final class Version implements IVersionProvider {
  private static final BuildInfo BUILD = read();

  private static BuildInfo read() {
    Properties properties = new Properties();
    try (InputStream in = Version.class.getResourceAsStream("version.properties")) {
      properties.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new BuildInfo(
        properties.getProperty("version", "unknown"),
        properties.getProperty("revision", "unknown"),
        Runtime.version().toString());
  }

  public static BuildInfo build() {
    return BUILD;
  }

  @Override
  public String[] getVersion() {
    return new String[] {
      "Detour " + BUILD.version() + " (" + BUILD.revision() + "), Java " + BUILD.java()
    };
  }
}
