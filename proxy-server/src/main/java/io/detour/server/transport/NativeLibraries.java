package io.detour.server.transport;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.stream.Stream;

/**
 * Where Netty and SQLite unpack their native libraries, which the kernel maps as code: a folder
 * that is read-only or mounted {@code noexec}, as {@code /tmp} is on hardened machines, is no use.
 */
public final class NativeLibraries {
  private static final List<String> FOLDERS =
      List.of("io.netty.native.workdir", "org.sqlite.tmpdir");

  private NativeLibraries() {}

  /**
   * Chooses another folder if the one for temporary files is no use, unless the properties say
   * which. Before the first of those libraries is loaded.
   *
   * @param environment variables of the process: those of systemd name its folders
   * @param properties of the JVM
   */
  public static void choose(Map<String, String> environment, Properties properties) {
    if (isUsable(Path.of(properties.getProperty("java.io.tmpdir", "/tmp")))) {
      return;
    }
    candidates(environment)
        .filter(NativeLibraries::isUsable)
        .findFirst()
        .ifPresent(
            folder -> FOLDERS.forEach(name -> properties.putIfAbsent(name, folder.toString())));
  }

  /** Folders of this service or user, the best first. */
  private static Stream<Path> candidates(Map<String, String> environment) {
    Stream<Path> service =
        Stream.of("STATE_DIRECTORY", "CACHE_DIRECTORY", "RUNTIME_DIRECTORY")
            .map(environment::get)
            .filter(Objects::nonNull)
            .filter(value -> !value.isEmpty())
            .map(value -> Path.of(value.split(":", 2)[0]));
    Stream<Path> user =
        Stream.of(
                environment.getOrDefault("XDG_STATE_HOME", ""),
                environment.getOrDefault("HOME", "") + "/.local/state")
            .filter(value -> value.startsWith("/"))
            .map(value -> Path.of(value, "detour"));
    return Stream.concat(service, user);
  }

  /**
   * Whether a file in a folder, which is made if need be, can be mapped as code: access(2) denies
   * execution on a {@code noexec} mount to everybody.
   */
  private static boolean isUsable(Path folder) {
    try {
      Path file = Files.createTempFile(Files.createDirectories(folder), "detour", ".so");
      try {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
        return Files.isExecutable(file);
      } finally {
        Files.delete(file);
      }
    } catch (IOException | UnsupportedOperationException e) {
      return false;
    }
  }
}
