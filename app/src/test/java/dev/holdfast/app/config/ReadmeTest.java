package dev.holdfast.app.config;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.holdfast.auth.DevelopmentKey;
import dev.holdfast.auth.TokenVerifier;
import dev.holdfast.auth.Verified;
import dev.holdfast.auth.config.AuthConfig;
import dev.holdfast.auth.config.VerificationKey;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What README.md shows is true. */
class ReadmeTest {
  private static final Path README = Path.of("..", "README.md");

  @TempDir Path folder;

  @Test
  void theConfigurationThatItShowsIsValid() throws Exception {
    String yaml =
        block("yaml")
            .replace("/etc/holdfast/issuer.pem", file("issuer.pem", publicKey()))
            .replace(
                "cluster.secret", file("cluster.secret", "known to all members and nobody else"))
            .replace("tls.crt", file("tls.crt", ""))
            .replace("tls.key", file("tls.key", ""));
    Path file = Files.writeString(folder.resolve("holdfast.yaml"), yaml);

    HoldfastConfig config = new ConfigReader(Map.of()).file(file).read();

    assertEquals("a", config.node());
    assertEquals(10_000, config.channels().retention().get("topic").entries());
    assertEquals(3, config.cluster().members().size());
    assertTrue(!config.cluster().exposed());
  }

  /** A program that can't be found here is not asked for; Java is. */
  @ParameterizedTest
  @CsvSource({"js, node, mint.mjs", "python, python3, mint.py", "java, java, Mint.java"})
  void theTokensThatItHasABackEndMakeAreAccepted(String language, String program, String name)
      throws Exception {
    boolean java = program.equals("java");
    assumeTrue(java || isOnThePath(program), program + " is not on the PATH");
    String secret = DevelopmentKey.of(folder).secret();
    String key = folder.resolve(DevelopmentKey.FILE).toString();
    Path source = Files.writeString(folder.resolve(name), block(language, name));

    String command = java ? ProcessHandle.current().info().command().orElse(program) : program;
    Process mint = new ProcessBuilder(command, source.toString(), key).start();
    String token = new String(mint.getInputStream().readAllBytes(), UTF_8).strip();
    assertEquals(0, mint.waitFor());

    var keys = AuthConfig.DEFAULTS.withKeys(VerificationKey.hs256(secret));
    Verified verified = TokenVerifier.of(keys).verify(token).result();
    assertEquals("acme", verified.caller().tenant());
    assertEquals("ann", verified.caller().user());
    assertEquals(Set.of("publish:topic:*", "subscribe:topic:*"), verified.caller().permissions());
  }

  private static boolean isOnThePath(String program) {
    return Stream.of(System.getenv("PATH").split(File.pathSeparator))
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
  }

  private static String block(String language) throws IOException {
    return block(language, "");
  }

  /** The first one behind a word. */
  private static String block(String language, String word) throws IOException {
    String page = Files.readString(README);
    Matcher block =
        Pattern.compile("(?s)```" + language + "\n(.*?)```")
            .matcher(page.substring(page.indexOf(word)));
    assertTrue(block.find(), "README.md has no block of " + language);
    return block.group(1);
  }

  private String file(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text).toString();
  }

  private static String publicKey() throws NoSuchAlgorithmException {
    var generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(2048);
    byte[] key = generator.generateKeyPair().getPublic().getEncoded();
    return "-----BEGIN PUBLIC KEY-----\n"
        + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key)
        + "\n-----END PUBLIC KEY-----\n";
  }
}
