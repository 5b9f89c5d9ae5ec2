package dev.holdfast.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.RSAPublicKey;
import java.util.Base64;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** An issuer on loopback, looked at from the command line. */
class IssuerCheckCommandTest {
  @TempDir Path folder;
  private final Commands commands = new Commands();
  private HttpServer provider;
  private KeyPair keys;
  private String issuer;

  @BeforeEach
  void start() throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(2048);
    keys = generator.generateKeyPair();
    provider = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    issuer = "http://127.0.0.1:" + provider.getAddress().getPort();
    String modulus = base64(((RSAPublicKey) keys.getPublic()).getModulus().toByteArray());
    answer(
        "/.well-known/openid-configuration",
        "{\"issuer\":\"%s\",\"jwks_uri\":\"%s/keys\"}".formatted(issuer, issuer));
    answer(
        "/keys",
        "{\"keys\":[{\"kid\":\"k1\",\"kty\":\"RSA\",\"e\":\"AQAB\",\"n\":\"%s\"}]}"
            .formatted(modulus));
    provider.start();
  }

  @AfterEach
  void stop() {
    provider.stop(0);
  }

  @Test
  void aTokenIsTriedAndTheSettingIsPrinted() throws Exception {
    String claims =
        "{\"iss\":\"%s\",\"sub\":\"ann\",\"app_metadata\":{\"tenant_id\":\"acme\"},\"exp\":%d}"
            .formatted(issuer, System.currentTimeMillis() / 1000 + 60);
    Path token = Files.writeString(folder.resolve("token"), token(claims) + "\n");

    int code = check("--token-file", token.toString());

    assertEquals(0, code, commands.out() + commands.err());
    assertTrue(
        commands
            .out()
            .contains(
                "settings    not in auth.issuers; to add: {issuer: '%s', jwks: '%s/keys'}"
                    .formatted(issuer, issuer)),
        commands.out());
    assertTrue(commands.out().contains("key         k1 RSA RS256"), commands.out());
    assertTrue(
        commands.out().contains("token       accepted: tenant 'acme', user 'ann', until 2"),
        commands.out());
  }

  @Test
  void aTokenThatWouldBeRefusedIsExitCode1() throws Exception {
    Path token = Files.writeString(folder.resolve("token"), token("{\"iss\":\"" + issuer + "\"}"));

    assertEquals(1, check("--token-file", token.toString()));
    assertTrue(commands.out().contains("token       PROBLEM: refused: "), commands.out());
  }

  /** Settings name it, so they count, and not the options of the command line. */
  @Test
  void anIssuerOfTheSettingsIsCheckedAsItIsConfigured() {
    String settings = "auth.issuers=[{issuer: '%s', jwks: '%s/other'}]".formatted(issuer, issuer);

    assertEquals(1, check("--set", settings));
    assertTrue(commands.out().contains("settings    auth.issuers has it"), commands.out());
    assertTrue(
        commands.out().contains("keys        PROBLEM: not readable at " + issuer + "/other"),
        commands.out());
  }

  @ParameterizedTest
  @CsvSource({
    "http://id.example, --help=no, 2",
    "https://id.example, --preset=okta, 2",
    "nonsense, --preset=auth0, 2"
  })
  void whatIsNoIssuerIsAnErrorOfTheCommandLine(String url, String option, int code) {
    assertEquals(code, commands.run("issuers", "check", url, option), commands.err());
  }

  private int check(String... more) {
    String[] line = new String[more.length + 5];
    System.arraycopy(
        new String[] {"issuers", "check", issuer, "--data", folder.toString()}, 0, line, 0, 5);
    System.arraycopy(more, 0, line, 5, more.length);
    return commands.run(line);
  }

  private String token(String claims) throws Exception {
    String input = base64("{\"alg\":\"RS256\",\"kid\":\"k1\"}") + "." + base64(claims);
    Signature signature = Signature.getInstance("SHA256withRSA");
    signature.initSign(keys.getPrivate());
    signature.update(input.getBytes(StandardCharsets.US_ASCII));
    return input + "." + base64(signature.sign());
  }

  private static String base64(String text) {
    return base64(text.getBytes(StandardCharsets.UTF_8));
  }

  private static String base64(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  private void answer(String path, String json) throws IOException {
    provider.createContext(
        path,
        exchange -> {
          byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, bytes.length);
          exchange.getResponseBody().write(bytes);
          exchange.close();
        });
  }
}
