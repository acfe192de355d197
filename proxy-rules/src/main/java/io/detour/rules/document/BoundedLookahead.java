package io.detour.rules.document;

import java.io.FilterReader;
import java.io.IOException;
import java.io.Reader;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.scanner.StreamReader;

/**
 * Feeds SnakeYAML's {@link StreamReader} as long as that gets on. It copies all that it looks ahead
 * at with every refill, so that a word of many megabytes would take minutes and four times its
 * size.
 */
final class BoundedLookahead extends FilterReader {
  /** Longest word, line of a text block, or comment. */
  static final int MAX_CHARACTERS = 64 << 10;

  private static final int REFILL = 4096;

  private static final LoadSettings SETTINGS = LoadSettings.builder().setBufferSize(REFILL).build();

  private final StreamReader characters;
  private int indexAtRefill;
  private int refillsInVain;

  BoundedLookahead(Reader text) {
    super(text);
    this.characters = new StreamReader(SETTINGS, this);
  }

  /** The characters of the text, for a scanner. */
  StreamReader characters() {
    return characters;
  }

  /** Whether the end came too early because of this bound. */
  boolean isExceeded() {
    return refillsInVain * REFILL > MAX_CHARACTERS;
  }

  @Override
  public int read(char[] buffer, int offset, int length) throws IOException {
    boolean stands = characters.getIndex() == indexAtRefill;
    indexAtRefill = characters.getIndex();
    refillsInVain = stands ? refillsInVain + 1 : 0;
    if (isExceeded()) {
      throw new IOException("too far ahead");
    }
    return super.read(buffer, offset, length);
  }
}
