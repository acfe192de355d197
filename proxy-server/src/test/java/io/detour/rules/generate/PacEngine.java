package io.detour.rules.generate;

import io.detour.Tool;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Runs a proxy auto-configuration file in Node, as browsers do. */
public final class PacEngine {
  private PacEngine() {}

  /** What a browser asks the file. */
  public record Question(String url, String host) {
    /** For a page with TLS. */
    public static Question https(String host) {
      return new Question("https://" + host + "/", host);
    }
  }

  /** The answers in the order of the questions; skips the test without Node. */
  public static List<String> answers(Path folder, String pac, List<Question> questions)
      throws Exception {
    StringBuilder script = new StringBuilder(pac);
    for (Question question : questions) {
      script
          .append("console.log(FindProxyForURL(\"")
          .append(question.url())
          .append("\", \"")
          .append(question.host())
          .append("\"));\n");
    }
    Path file = Files.createTempFile(folder, "pac", ".js");
    Files.writeString(file, script);
    return Tool.ofPackage("node", "nodejs").run(folder, file.toString()).lines().toList();
  }
}
