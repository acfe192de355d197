package io.detour.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Set;
import java.util.UUID;

/** Files whose readers see the old content or the new one, never a part. */
final class ReplacedFile {
  private ReplacedFile() {}

  /**
   * Writes beside a file and renames. A symbolic link stays one, and permissions stay as they are.
   * What is no file, such as {@code /dev/stdout}, is written to.
   *
   * @throws IOException with a reason that names no file, if it was not written; the old content is
   *     still there then
   */
  static void write(Path path, String text) throws IOException {
    try {
      Path file = Files.exists(path) ? path.toRealPath() : path.toAbsolutePath();
      if (Files.isDirectory(file)) {
        throw new IOException("it is a folder");
      }
      if (Files.exists(file) && !Files.isRegularFile(file)) {
        Files.writeString(path, text, WRITE);
      } else {
        replace(file, text);
      }
    } catch (NoSuchFileException e) {
      throw new IOException("there is no such folder", e);
    } catch (FileSystemException e) {
      throw new IOException(
          e.getReason() == null ? e.getClass().getSimpleName() : e.getReason(), e);
    }
  }

  private static void replace(Path file, String text) throws IOException {
    Path temporary = file.resolveSibling("." + file.getFileName() + "." + UUID.randomUUID());
    try {
      Files.writeString(temporary, text, UTF_8, CREATE_NEW, WRITE);
      if (Files.exists(file)) {
        Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
        Files.setPosixFilePermissions(temporary, permissions);
      }
      Files.move(temporary, file, ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(temporary);
    }
  }
}
