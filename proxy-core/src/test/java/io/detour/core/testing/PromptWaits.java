package io.detour.core.testing;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Has tests that wait for something ask every few milliseconds, and not after a tenth of a second
 * for the first time. Registered for all classes by {@code junit-platform.properties}.
 */
public final class PromptWaits implements BeforeAllCallback {
  public PromptWaits() {}

  @Override
  public void beforeAll(ExtensionContext context) {
    Awaitility.setDefaultPollInterval(Duration.ofMillis(5));
  }
}
