package dev.holdfast.app.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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

  private static String block(String language) throws IOException {
    Matcher block =
        Pattern.compile("(?s)```" + language + "\n(.*?)```").matcher(Files.readString(README));
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
