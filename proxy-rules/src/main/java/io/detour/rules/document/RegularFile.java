package io.detour.rules.document;

import io.detour.core.Printable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/**
 * Reads files, and nothing else that has a path: a device may never end, and a pipe never begin,
 * which would hold the reading thread for ever. Any thread that may wait for the disk.
 */
public final class RegularFile {
  private RegularFile() {}

  /**
   * Reads a file to its end, or to one byte beyond the limit, which tells that it is larger.
   *
   * @throws IOException if it cannot be read or is no file; {@link #reason} says why
   */
  public static byte[] read(Path path, int maxBytes) throws IOException {
    BasicFileAttributes file = Files.readAttributes(path, BasicFileAttributes.class);
    if (!file.isRegularFile()) {
      String kind = file.isDirectory() ? "a folder" : "a device or a pipe";
      throw new FileSystemException(path.toString(), null, "it is " + kind + " (expected: a file)");
    }
    try (InputStream in = Files.newInputStream(path)) {
      return in.readNBytes(maxBytes + 1);
    }
  }

  /** Why a file could not be read, without its name and on one line. */
  public static String reason(IOException e) {
    if (e instanceof NoSuchFileException) {
      return "there is no such file";
    }
    if (e instanceof AccessDeniedException) {
      return "access is denied";
    }
    String message = e instanceof FileSystemException of ? of.getReason() : e.getMessage();
    return message == null ? "input error" : Printable.escaped(message);
  }
}
