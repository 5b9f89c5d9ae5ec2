package dev.holdfast.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.io.DataInputStream;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class LauncherTest {
  private static final int JAVA_8 = 52;

  @Test
  void anOlderJavaIsToldWhatIsNeeded() {
    assertEquals(
        "holdfast: Java 17 or newer is needed, and this is Java 1.8.0_402 in /usr/lib/jvm/java-8:"
            + " install a newer one, or put it first on the PATH",
        Launcher.refusal("1.8", "1.8.0_402", "/usr/lib/jvm/java-8"));
    assertEquals(
        "holdfast: Java 17 or newer is needed, and this is Java 16.0.2 in /java:"
            + " install a newer one, or put it first on the PATH",
        Launcher.refusal("16", "16.0.2", "/java"));
  }

  @Test
  void aNewEnoughOneIsNot() {
    assertNull(Launcher.refusal("17", "17.0.1", "/java"));
    assertNull(Launcher.refusal("25", "25", "/java"));
  }

  /** Java 8 to 16 answered with a stack trace of an UnsupportedClassVersionError. */
  @Test
  void anOlderJavaCanLoadTheClassThatSaysSo() throws IOException {
    try (var file = new DataInputStream(Launcher.class.getResourceAsStream("Launcher.class"))) {
      file.readInt();
      file.readUnsignedShort();
      assertEquals(JAVA_8, file.readUnsignedShort());
    }
  }
}
