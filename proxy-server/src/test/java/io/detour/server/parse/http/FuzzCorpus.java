package io.detour.server.parse.http;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;

/** The inputs of a fuzz target that are kept, for every build to replay. */
final class FuzzCorpus {
  private FuzzCorpus() {}

  /** The files of the folder that Jazzer takes the target's first inputs from. */
  static List<Named<byte[]>> of(Class<?> target) {
    String folder = target.getSimpleName() + "Inputs";
    try {
      URI place = Objects.requireNonNull(target.getResource(folder), folder).toURI();
      try (Stream<Path> files = Files.walk(Path.of(place))) {
        return files.filter(Files::isRegularFile).sorted().map(FuzzCorpus::input).toList();
      }
    } catch (IOException | URISyntaxException e) {
      throw new IllegalStateException(folder, e);
    }
  }

  private static Named<byte[]> input(Path file) {
    try {
      return Named.of(file.getFileName().toString(), Files.readAllBytes(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
