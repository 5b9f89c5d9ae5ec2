package dev.holdfast.testkit;

import dev.holdfast.testkit.machine.Folders;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.ToolProvider;

/**
 * A folder for the front of a node's class path, with changed copies of files that are on the class
 * path: breaks a product on purpose, to see that a test notices. The product has no switch for it.
 */
public final class PlantedFault {
  private final Path folder = Folders.temporary("holdfast-fault");
  private final Path sources = Folders.temporary("holdfast-fault-sources");

  /**
   * Replaces what the pattern matches, everywhere in a resource.
   *
   * @param resource for example {@code dev/holdfast/channels/log_append.lua}
   * @param pattern a regular expression, over lines
   * @throws IllegalStateException if it matches nothing: the product has changed, and the fault
   *     with it
   */
  public PlantedFault change(String resource, String pattern, String replacement) {
    String text = read(resource);
    Matcher matcher = Pattern.compile(pattern, Pattern.MULTILINE).matcher(text);
    if (!matcher.find()) {
      throw new IllegalStateException(resource + " has nothing like " + pattern);
    }
    write(resource, matcher.replaceAll(Matcher.quoteReplacement(replacement)));
    return this;
  }

  /**
   * Replaces what the pattern matches in a class, which is compiled anew; nested classes too.
   *
   * @param source below the folder with the modules, for example {@code
   *     channels/src/main/java/dev/holdfast/channels/HubChannel.java}
   * @throws IllegalStateException if it matches nothing, or what comes of it does not compile
   */
  public PlantedFault changeClass(String source, String pattern, String replacement) {
    try {
      Path original = Path.of("..", "modules").resolve(source).toRealPath();
      Path changed = sources.resolve(original.getFileName());
      String text = Files.readString(Files.exists(changed) ? changed : original);
      Matcher matcher = Pattern.compile(pattern, Pattern.MULTILINE).matcher(text);
      if (!matcher.find()) {
        throw new IllegalStateException(source + " has nothing like " + pattern);
      }
      Files.writeString(changed, matcher.replaceAll(replacement));
      compile(changed);
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void compile(Path file) {
    String path = folder + System.getProperty("path.separator");
    int result =
        ToolProvider.getSystemJavaCompiler()
            .run(
                null,
                null,
                null,
                "-proc:none",
                "-nowarn",
                "-cp",
                path + System.getProperty("java.class.path"),
                "-d",
                folder.toString(),
                file.toString());
    if (result != 0) {
      throw new IllegalStateException("the fault in " + file.getFileName() + " does not compile");
    }
  }

  public Path folder() {
    return folder;
  }

  private String read(String resource) {
    Path changed = folder.resolve(resource);
    try (InputStream original = getClass().getClassLoader().getResourceAsStream(resource)) {
      if (Files.exists(changed)) {
        return Files.readString(changed);
      }
      if (original == null) {
        throw new IllegalStateException(resource + " is not on the class path");
      }
      return new String(original.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void write(String resource, String text) {
    Path file = folder.resolve(resource);
    try {
      Files.createDirectories(file.getParent());
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
