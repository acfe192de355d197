package io.detour.rules.document;

import io.detour.rules.Printable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.scanner.StreamReader;

/** The YAML document of a file or a text, as a tree of located nodes. */
public final class Document {
  /** The largest file that is read. */
  public static final int MAX_BYTES = 16 << 20;

  private Document() {}

  /**
   * Reads a file. Blocks on the disk: not for an event loop.
   *
   * @param problems told everything that is wrong
   * @return the root, which is an empty scalar if there is nothing in the file, or null if a
   *     problem leaves no tree to go on with
   */
  public static @Nullable Node load(Path path, Problems problems) {
    byte[] bytes;
    try (InputStream in = Files.newInputStream(path)) {
      bytes = in.readNBytes(MAX_BYTES + 1);
    } catch (IOException e) {
      problems.add(Location.FILE, "cannot be read: " + reason(path, e));
      return null;
    }
    if (bytes.length > MAX_BYTES) {
      problems.add(Location.FILE, "is larger than " + (MAX_BYTES >> 20) + " MiB");
      return null;
    }
    CharBuffer text = CharBuffer.allocate(bytes.length);
    ByteBuffer in = ByteBuffer.wrap(bytes);
    CoderResult end = StandardCharsets.UTF_8.newDecoder().decode(in, text, true);
    text.flip();
    if (end.isError()) {
      problems.add(endOf(text), "not UTF-8 text");
      return null;
    }
    return parse(text.toString(), problems);
  }

  /**
   * Reads a text.
   *
   * @param text YAML
   * @param problems told everything that is wrong
   * @return as {@link #load}
   */
  public static @Nullable Node parse(String text, Problems problems) {
    return isPrintable(text, problems) ? NodeReader.read(text, problems) : null;
  }

  private static String reason(Path path, IOException e) {
    if (e instanceof NoSuchFileException) {
      return "there is no such file";
    }
    if (e instanceof AccessDeniedException) {
      return "access is denied";
    }
    @Nullable String message = e.getMessage();
    return Files.isDirectory(path)
        ? "it is a folder (expected: a file)"
        : message == null ? "input error" : Printable.escaped(message);
  }

  /** YAML 1.2 section 5.1 lists the characters that a YAML text may have. */
  private static boolean isPrintable(String text, Problems problems) {
    for (int i = 0, c; i < text.length(); i += Character.charCount(c)) {
      c = text.codePointAt(i);
      if (!StreamReader.isPrintable(c)) {
        problems.add(
            endOf(text.substring(0, i)),
            String.format("character U+%04X is not allowed in YAML", c));
        return false;
      }
    }
    return true;
  }

  /** Where the next character after a text would stand. */
  private static Location endOf(CharSequence text) {
    int line = 1;
    int column = 1;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\n') {
        line++;
        column = 1;
      } else if (!Character.isLowSurrogate(c)) {
        column++;
      }
    }
    return new Location(line, column);
  }
}
