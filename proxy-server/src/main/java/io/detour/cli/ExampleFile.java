package io.detour.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** An example at the top of the repository, of which the jar has a copy. */
enum ExampleFile {
  /** Each key of the configuration with its default and what it is for. */
  CONFIGURATION("detour.example.yaml"),
  /** What the demo serves. */
  RULES("rules.example.yaml");

  private final String fileName;

  ExampleFile(String fileName) {
    this.fileName = fileName;
  }

  String fileName() {
    return fileName;
  }

  String text() {
    try (InputStream in = ExampleFile.class.getResourceAsStream(fileName)) {
      if (in == null) {
        throw new IllegalStateException("the jar lacks " + fileName);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new IllegalStateException(fileName, e);
    }
  }
}
