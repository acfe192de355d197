package io.detour.rules.document;

import java.util.regex.Pattern;

/** What YAML takes a value without quotes for, by its JSON schema (YAML 1.2.2 section 10.2). */
final class PlainScalar {
  private static final Pattern NUMBER =
      Pattern.compile("-?(?:0|[1-9][0-9]*)(?:\\.[0-9]*)?(?:[eE][-+]?[0-9]+)?|-?\\.inf|\\.nan");

  private PlainScalar() {}

  static Node.Type typeOf(String text) {
    if (text.isEmpty()) {
      return Node.Type.NULL;
    }
    return switch (text.charAt(0)) {
      case '-', '.', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' ->
          NUMBER.matcher(text).matches() ? Node.Type.NUMBER : Node.Type.TEXT;
      case 't' -> text.equals("true") ? Node.Type.BOOLEAN : Node.Type.TEXT;
      case 'f' -> text.equals("false") ? Node.Type.BOOLEAN : Node.Type.TEXT;
      case 'n' -> text.equals("null") ? Node.Type.NULL : Node.Type.TEXT;
      default -> Node.Type.TEXT;
    };
  }
}
