package dev.holdfast.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.auth.DevelopmentKey;
import dev.holdfast.auth.TokenVerifier;
import dev.holdfast.auth.Verified;
import dev.holdfast.auth.config.AuthConfig;
import dev.holdfast.auth.config.VerificationKey;
import dev.holdfast.cluster.ClusterSecret;
import dev.holdfast.cluster.identity.ServiceCredentials;
import dev.holdfast.core.bus.Grant;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CommandLineTest {
  private static final String SECRET = "a secret of the tests, long enough for HS256";

  @TempDir Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "serve",
        "config",
        "token",
        "credentials",
        "limits",
        "usage",
        "erase",
        "revoke",
        "issuers",
        "sub",
        "pub",
        "request",
        "history",
        "sessions",
        "nodes",
        "top",
        "demo"
      })
  void everyCommandHasHelpThatListsItsExitCodes(String command) {
    assertEquals(0, run((command + " --help").strip().split(" ")));

    assertTrue(out.toString().contains("Usage: holdfast " + command), out.toString());
    assertTrue(out.toString().contains("Exit codes:"), out.toString());
    assertTrue(out.toString().contains("the configuration is not valid"), out.toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "serve", "config", "token", "demo", "load"})
  void everyCommandPrintsItsVersion(String command) {
    assertEquals(0, run((command + " --version").strip().split(" ")));

    assertTrue(out.toString().startsWith("Holdfast "), out.toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "sing",
        "serve --prot 1",
        "serve --port many",
        "token --tenant acme",
        "token --user ann",
        "token --tenant a}b --user ann",
        "token --tenant acme --user ann --permission publish:news",
        "token --tenant acme --user ann --expires soon",
        "token --tenant acme --user ann --expires 0s",
        "token --tenant acme --user ann --verb publish",
        "token --tenant acme --user ann --channel user:bob",
        "token --tenant acme --user ann --channel topic:*",
        "token --tenant acme --user ann --channel topic:a --verb write",
        "token --tenant acme --user ann --channel topic:a --permission publish:*",
        "token --tenant acme --user ann --channel topic:a --expires 2h",
        "token --tenant acme --user ann --channel topic:a --session a.b",
        "credentials --service billing",
        "credentials --tenant acme",
        "credentials --service a/b --tenant acme",
        "credentials --service billing --tenant a}b",
        "limits",
        "limits --tenant acme user.bytes",
        "limits --tenant acme user.bytes=many",
        "erase --tenant acme",
        "erase --confirm acme",
        "erase --tenant acme --user eve --confirm acme",
        "usage --limit many",
        "sub",
        "sub topic:news --from nowhere",
        "pub topic:news",
        "pub topic:news note 1 --url node:8080",
        "request billing quote --timeout 2m",
        "history",
        "top --every 1ms",
        "usage --url node:8081",
        "demo --sessions 0",
        "demo --rate 2001",
        "load",
        "load kil",
        "load kill --nodes 1",
        "load fanout --rate none",
        "load compare one.json"
      })
  void whatCanNotBeMeantIsAUsageError(String line) {
    assertEquals(2, run(line.isEmpty() ? new String[0] : line.split(" ")));

    assertTrue(err.toString().matches("(?s)(holdfast|load)[a-z ]*: \\S.*"), err.toString());
    assertTrue(line.isEmpty() || err.toString().lines().count() <= 2, err.toString());
    assertTrue(out.toString().isEmpty(), out.toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"serv", "Serve", "serve-node", "server"})
  void aCommandThatIsNearlyOneIsSuggested(String typed) {
    assertEquals(2, run(typed));

    assertTrue(err.toString().contains("did you mean serve?"), err.toString());
  }

  @Test
  void credentialsAreMadeOfTheSecretOfTheDataFolderOrOfTheOneThatIsGiven() throws IOException {
    Path data = folder.resolve("data");

    assertEquals(
        0,
        run("credentials", "--service=billing", "--tenant=acme", "--data=" + data),
        err.toString());

    String line = out.toString().strip();
    assertTrue(ServiceCredentials.is(line), line);
    assertEquals(1, line.lines().count());
    assertTrue(Files.exists(data.resolve(ClusterSecret.FILE)));
    String known = "cluster.secret=known to all members and nobody else";
    String all = "--tenant=*";
    assertEquals(0, run("credentials", "--service=audit", all, "--set=" + known), err.toString());
    assertEquals(3, run("credentials", "--service=audit", all, "--set=cluster.insecure=true"));
    assertEquals(3, run("credentials", "--service=audit", all, "--set=cluster.secret=" + line));
  }

  /** In a terminal with a service's credentials these refused: "a node needs the secret". */
  @ParameterizedTest
  @CsvSource({
    "0, token --tenant=acme --user=ann",
    "1, limits --token=any --url=http://127.0.0.1:1 --tenant=acme",
    "1, usage --token=any --url=http://127.0.0.1:1",
    "1, erase --token=any --url=http://127.0.0.1:1 --tenant=acme --confirm=acme",
    "3, config"
  })
  void onlyWhatIsAMemberOfTheBusNeedsItsSecret(int code, String line) {
    Grant grant = new Grant("billing", Set.of("acme"));
    String credentials = ServiceCredentials.make("known to all members and nobody else", grant);
    String all = line + " --data=" + folder + " --set=cluster.secret=" + credentials;

    assertEquals(code, run(all.split(" ")), err.toString());
  }

  @Test
  void tokenShowsItsClaimsBesideTheToken() {
    int code =
        run(
            "token",
            "--tenant=acme",
            "--user=ann",
            "--permission=publish:topic:*",
            "--set=auth.issuer=https://id.example",
            "--set=data=" + folder,
            "--show");

    assertEquals(0, code, err.toString());
    String token = out.toString().strip();
    assertEquals(3, token.split("\\.").length, token);
    String claims = err.toString();
    assertTrue(claims.contains("\"tenant_id\" : \"acme\""), claims);
    assertTrue(claims.contains("\"publish:topic:*\""), claims);
    assertTrue(claims.contains("\"iss\" : \"https://id.example\""), claims);
  }

  @Test
  void tokenOfAChannelAddsWhatItSays() {
    int code =
        run(
            "token",
            "--tenant=acme",
            "--user=ann",
            "--channel=topic:orders/7",
            "--verb=subscribe",
            "--verb=publish",
            "--session=s1",
            "--expires=5m",
            "--set=data=" + folder,
            "--show");

    assertEquals(0, code, err.toString());
    String claims = err.toString();
    assertTrue(claims.contains("\"hf_channel\" : \"topic:orders/7\""), claims);
    assertTrue(claims.contains("\"hf_verbs\" : [ \"publish\", \"subscribe\" ]"), claims);
    assertTrue(claims.contains("\"hf_session\" : \"s1\""), claims);
    assertFalse(claims.contains("permissions"), claims);
  }

  /** A forgotten "topic:" gave a token with which nothing was allowed, and no word about it. */
  @Test
  void aPermissionThatPermitsNothingIsRefused() {
    assertEquals(
        2, run("token", "--tenant", "acme", "--user", "ann", "--permission", "publish:news"));

    String said = err.toString();
    assertTrue(said.contains("--permission publish:news permits nothing: "), said);
    assertTrue(said.contains("topic:"), said);
  }

  @Test
  void aTokenIsAllThatIsPrintedAndIsAcceptedByTheNodeOfTheSameFolder() throws IOException {
    int code =
        run(
            "token",
            "--tenant",
            "acme",
            "--user",
            "ann",
            "--data",
            folder.toString(),
            "--permission",
            "publish:topic:*",
            "--permission",
            "subscribe:topic:*",
            "--role",
            "editor",
            "--expires",
            "90s");

    assertEquals(0, code, err.toString());
    assertEquals(1, out.toString().lines().count());
    Verified verified = verify(DevelopmentKey.of(folder).secret());
    assertEquals("acme", verified.caller().tenant());
    assertEquals("ann", verified.caller().user());
    assertEquals(Set.of("publish:topic:*", "subscribe:topic:*"), verified.caller().permissions());
    assertEquals(Set.of("editor"), verified.caller().roles());
    long left = verified.expiresAt() - System.currentTimeMillis();
    assertTrue(left > 60_000 && left <= Duration.ofSeconds(90).toMillis(), "left: " + left);
  }

  @Test
  void aTokenIsSignedWithAGivenKey() throws IOException {
    Path key = Files.writeString(folder.resolve("it's a key"), SECRET + "\n");

    assertEquals(
        0,
        run("token", "--tenant", "acme", "--user", "ann", "--key-file", key.toString()),
        err.toString());

    assertEquals("ann", verify(SECRET).caller().user());
    assertFalse(Files.exists(folder.resolve(DevelopmentKey.FILE)));
  }

  @Test
  void aKeyThatOthersCanReadIsAConfigurationError() throws IOException {
    DevelopmentKey.of(folder);
    Path file = folder.resolve(DevelopmentKey.FILE);
    Files.setPosixFilePermissions(
        file, java.nio.file.attribute.PosixFilePermissions.fromString("rw-r--r--"));

    assertEquals(3, run("token", "--tenant", "a", "--user", "b", "--data", folder.toString()));

    assertTrue(err.toString().contains("others"), err.toString());
  }

  @Test
  void listeningBeyondLoopbackWithAGeneratedKeyIsAConfigurationError() {
    assertEquals(3, run("serve", "--host", "0.0.0.0", "--data", folder.toString()));

    assertTrue(err.toString().contains("loopback"), err.toString());
    assertTrue(Arrays.asList(folder.toFile().list()).isEmpty(), "nothing was made");
  }

  @Test
  void anUnknownSettingIsAConfigurationError() {
    assertEquals(3, run("serve", "--set", "gateway.prot=1", "--data", folder.toString()));

    assertTrue(err.toString().contains("gateway.prot"), err.toString());
  }

  /** Kubernetes may have put the address of a service into the variable that the probe reads. */
  @Test
  void theProbeAsksAPortAndNoAddress() {
    assertEquals("8081", HealthCommand.port("8081"));
    assertEquals("8080", HealthCommand.port(null));
    assertEquals("8080", HealthCommand.port("tcp://10.0.0.1:80"));
  }

  @Test
  void aConfigurationIsCheckedAndShownWithoutANode() {
    assertEquals(0, run("config", "--set", "gateway.heartbeat=10s", "--data", folder.toString()));

    assertTrue(out.toString().contains("  heartbeat: \"10s\"\n"), out.toString());
    assertTrue(out.toString().contains("  slowLimit: \"30s\"\n"), out.toString());
    assertEquals(3, run("config", "--set", "gateway.heartbeat=1ms"));
    assertTrue(err.toString().contains("heartbeat"), err.toString());
    assertTrue(Arrays.asList(folder.toFile().list()).isEmpty(), "nothing was made");
  }

  private int run(String... args) {
    var commands = Holdfast.commandLine(args);
    commands.setOut(new PrintWriter(out, true));
    commands.setErr(new PrintWriter(err, true));
    return commands.execute(args);
  }

  private Verified verify(String secret) {
    var config = AuthConfig.DEFAULTS.withKeys(VerificationKey.hs256(secret));
    return TokenVerifier.of(config).verify(out.toString().strip()).result();
  }
}
