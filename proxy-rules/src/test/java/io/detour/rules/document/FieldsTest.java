package io.detour.rules.document;

import static org.assertj.core.api.Assertions.assertThat;

import io.detour.rules.document.Fields.Keys;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FieldsTest {
  @ParameterizedTest(name = "R02: {1}")
  @CsvSource(
      delimiter = '|',
      value = {
        "to: {prefix}     | r:1:5: \"to\" is a mapping (expected: text, in quotes: \"{prefix}\")",
        "'to: [2001:db8::c]' | r:1:5: \"to\" is a list (expected: text, in quotes:"
            + " \"[2001:db8::c]\")",
        "to: [a]          | r:1:5: \"to\" is a list (expected: text)",
        "to: { a: b }     | r:1:5: \"to\" is a mapping (expected: text)",
        "to: 7            | r:1:5: \"to\" is a number (expected: text, in quotes: \"7\")",
        "to:              | r:1:4: \"to\" is empty (expected: text)",
        "'{to:b}'         | r:1:2: unknown key \"to:b\" (is a space missing behind \"to:\"?)",
        "to:b             | r:1:1: a rule is text (is a space missing behind \"to:\"?)",
        "to_b             | r:1:1: a rule is text (expected: a mapping with to)",
      })
  void aSlipIsToldInItsTerms(String text, String problem) {
    Problems problems = new Problems("r");
    Node root = Objects.requireNonNull(Document.parse(text, problems)).root();

    Fields fields = Fields.of(root, "a rule", Keys.of("to"), problems);
    if (fields != null) {
      Node.Scalar _ = fields.optionalText("to");
    }

    assertThat(problems.inOrder()).extracting(Problem::toString).isEqualTo(List.of(problem));
  }
}
