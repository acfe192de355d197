package io.detour.ops.admin;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** The page in Chromium, with its files and its policy as they are served and with made-up data. */
@Tag("campaign")
class PageTest {
  @TempDir private Path folder;

  @TestFactory
  Stream<DynamicTest> thePageInChromium() throws Exception {
    return PageCheck.tests(folder, "--files=" + servedFiles(), "--policy=" + PageAssets.POLICY);
  }

  /** The files in the way in which the admin interface gives them out. */
  private Path servedFiles() throws IOException {
    PageAssets assets = PageAssets.load();
    Path files = Files.createDirectory(folder.resolve("files"));
    Files.write(files.resolve("index.html"), assets.page().body());
    for (Map.Entry<String, Answer> file : assets.files().entrySet()) {
      String name = file.getKey().substring(PageAssets.FOLDER.length());
      Files.write(files.resolve(name), file.getValue().body());
    }
    return files;
  }
}
