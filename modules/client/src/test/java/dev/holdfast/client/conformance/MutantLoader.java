package dev.holdfast.client.conformance;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.Constructor;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileManager.Location;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** The client's classes once more, one of them compiled from a changed source. */
final class MutantLoader extends ClassLoader {
  private static final Path SOURCES = Path.of("src", "main", "java", "dev", "holdfast", "client");
  private static final String CLIENT = "dev.holdfast.client.";
  private static final String SUITE = CLIENT + "conformance.";
  private static final JavaCompiler COMPILER = ToolProvider.getSystemJavaCompiler();
  private static final StandardJavaFileManager FILES =
      COMPILER.getStandardFileManager(null, null, null);

  private final Map<String, byte[]> changed;

  private MutantLoader(Map<String, byte[]> changed) {
    super(MutantLoader.class.getClassLoader());
    this.changed = changed;
  }

  /**
   * @throws IllegalStateException if there is nothing to change, or what comes of it does not
   *     compile: the client has changed, and the mutant has to
   */
  static MutantLoader of(Mutant mutant) {
    try {
      String source = Files.readString(SOURCES.resolve(mutant.source()));
      if (!fits(mutant)) {
        throw new IllegalStateException(mutant.source() + " has no " + mutant.text());
      }
      String name = CLIENT + mutant.source().replace('/', '.').replaceAll("\\.java$", "");
      return new MutantLoader(compile(name, source.replace(mutant.text(), mutant.replacement())));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Whether the source has what is to be replaced. */
  static boolean fits(Mutant mutant) {
    try {
      return Files.readString(SOURCES.resolve(mutant.source())).contains(mutant.text());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @SuppressWarnings("unchecked")
  Constructor<? extends ClientUnderTest> client() {
    try {
      Class<?> type = loadClass(CLIENT + "protocol.SessionUnderTest");
      return (Constructor<? extends ClientUnderTest>) type.getConstructor(World.class);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  /** For the front of a class path. */
  void writeTo(Path folder) {
    changed.forEach(
        (name, bytes) -> {
          try {
            Path file = folder.resolve(name.replace('.', '/') + ".class");
            Files.createDirectories(file.getParent());
            Files.write(file, bytes);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    if (!name.startsWith(CLIENT) || name.startsWith(SUITE)) {
      return super.loadClass(name, resolve);
    }
    synchronized (getClassLoadingLock(name)) {
      Class<?> loaded = findLoadedClass(name);
      return loaded == null ? findClass(name) : loaded;
    }
  }

  @Override
  protected Class<?> findClass(String name) throws ClassNotFoundException {
    byte[] bytes = changed.containsKey(name) ? changed.get(name) : original(name);
    return defineClass(name, bytes, 0, bytes.length);
  }

  private byte[] original(String name) throws ClassNotFoundException {
    try (InputStream file = getResourceAsStream(name.replace('.', '/') + ".class")) {
      if (file == null) {
        throw new ClassNotFoundException(name);
      }
      return file.readAllBytes();
    } catch (IOException e) {
      throw new ClassNotFoundException(name, e);
    }
  }

  private static Map<String, byte[]> compile(String name, String source) {
    Map<String, ByteArrayOutputStream> classes = new HashMap<>();
    URI uri = URI.create("string:///" + name.replace('.', '/') + ".java");
    var unit =
        new SimpleJavaFileObject(uri, JavaFileObject.Kind.SOURCE) {
          @Override
          public CharSequence getCharContent(boolean ignoreErrors) {
            return source;
          }
        };
    List<String> options = List.of("-proc:none", "-nowarn");
    boolean compiled =
        COMPILER.getTask(null, new InMemory(classes), null, options, null, List.of(unit)).call();
    if (!compiled) {
      throw new IllegalStateException("the mutant of " + name + " does not compile");
    }
    Map<String, byte[]> bytes = new HashMap<>();
    classes.forEach((type, out) -> bytes.put(type, out.toByteArray()));
    return bytes;
  }

  /** Keeps what is compiled. */
  private static final class InMemory extends ForwardingJavaFileManager<JavaFileManager> {
    private final Map<String, ByteArrayOutputStream> classes;

    InMemory(Map<String, ByteArrayOutputStream> classes) {
      super(FILES);
      this.classes = classes;
    }

    @Override
    public JavaFileObject getJavaFileForOutput(
        Location location, String name, JavaFileObject.Kind kind, FileObject sibling) {
      return new SimpleJavaFileObject(URI.create("memory:///" + name), kind) {
        @Override
        public OutputStream openOutputStream() {
          var out = new ByteArrayOutputStream();
          classes.put(name, out);
          return out;
        }
      };
    }
  }
}
