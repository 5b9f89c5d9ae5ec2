package dev.holdfast.app.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.auth.config.Algorithm;
import dev.holdfast.cluster.ClusterConfig;
import dev.holdfast.cluster.HostPort;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigReaderTest {
  private static final String SECRET = "a secret of the tests, long enough for HS256";
  private static final String KEYS = "auth: {keys: [{algorithm: HS256, secret: '" + SECRET + "'}]}";

  @TempDir Path folder;
  private final Map<String, String> environment = new HashMap<>();

  @Test
  void withoutAnyWordTheDefaultsHold() {
    assertEquals(HoldfastConfig.DEFAULTS, reader().read());
  }

  @Test
  void theEnvironmentWinsOverTheFileAndTheCommandLineOverBoth() throws IOException {
    Path file = file("gateway: {port: 1, heartbeat: 11s}\ncluster: {name: one}");
    environment.put("HOLDFAST_GATEWAY_PORT", "2");
    environment.put("HOLDFAST_CLUSTER_NAME", "two");

    HoldfastConfig config = reader().file(file).flag("gateway.port", 3).read();

    assertEquals(3, config.gateway().port());
    assertEquals("two", config.cluster().name());
    assertEquals(Duration.ofSeconds(11), config.gateway().heartbeat());
    assertEquals(HoldfastConfig.DEFAULTS.gateway().host(), config.gateway().host());
  }

  @Test
  void theFileMayBeNamedByTheEnvironment() throws IOException {
    environment.put("HOLDFAST_CONFIG", file("node: n7").toString());

    assertEquals("n7", reader().read().node());
  }

  /** It has no configuration of a node, and joins the same bus. */
  @Test
  void aServiceReadsTheBusesVariablesAsANodeDoes() throws IOException {
    Path file = Files.writeString(folder.resolve("any.pem"), "read later");
    environment.put("HOLDFAST_CLUSTER_NAME", "production");
    environment.put("HOLDFAST_CLUSTER_HOST", "bus");
    environment.put("HOLDFAST_CLUSTER_PORT", "5701");
    environment.put("HOLDFAST_CLUSTER_MESSAGE_PORT", "5703");
    environment.put("HOLDFAST_CLUSTER_PUBLIC_HOST", "10.0.0.7");
    environment.put("HOLDFAST_CLUSTER_MEMBERS", "a:5701, [::1]:5702");
    environment.put("HOLDFAST_CLUSTER_HEARTBEAT_TIMEOUT", "20s");
    environment.put("HOLDFAST_CLUSTER_SECRET", "a secret that is known to every member");
    for (String what : List.of("KEY", "CERTIFICATE", "AUTHORITY")) {
      environment.put("HOLDFAST_CLUSTER_TLS_" + what, file.toString());
    }

    assertEquals(reader().read().cluster(), ClusterConfig.of(environment));
  }

  /** Of a secret and a file with one, a node took the file's, and a service the other. */
  @Test
  void ofASecretAndAFileBothTakeTheFiles() throws IOException {
    Path file = Files.writeString(folder.resolve("secret"), "a secret of the file, and a long one");
    environment.put("HOLDFAST_CLUSTER_SECRET", "a secret that is known to every member");
    environment.put("HOLDFAST_CLUSTER_SECRET_FILE", file.toString());

    assertEquals("a secret of the file, and a long one", reader().read().cluster().secret());
    assertEquals(reader().read().cluster(), ClusterConfig.of(environment));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "PORT              | 70000     | port: 0 to 65535, not 70000",
        "MESSAGE_PORT      | many      | a whole number is needed, not many",
        "MEMBERS           | a:1, b    | host:port is needed, not b",
        "HEARTBEAT_TIMEOUT | soon      | a duration such as 250ms, 90s, 15m, 24h, not soon",
        "INSECURE          | yes       | true or false is needed, not yes",
        "TLS_KEY           | /none.pem | key: file /none.pem can't be read; certificate: needed",
        "SECRET_FILE       | /none     | file /none can't be read",
        "MULTICAST         | true      | HOLDFAST_CLUSTER_MULTICAST: unknown variable"
      })
  void aServiceIsRefusedInTheWordsInWhichANodeIs(String name, String value, String words) {
    environment.put("HOLDFAST_CLUSTER_" + name, value);

    String ofService =
        assertThrows(IllegalArgumentException.class, () -> ClusterConfig.of(environment))
            .getMessage();

    assertTrue(problemsOf(reader()).contains(words), problemsOf(reader()));
    assertTrue(ofService.contains(words), ofService);
  }

  /** A service's credentials in the environment of a terminal kept its commands from running. */
  @Test
  void aSectionThatIsLeftOutIsNeitherReadNorChecked() throws IOException {
    Path file = file("cluster: {secret: {file: /not/readable}, nmae: x}\ngateway: {port: 81}");
    environment.put("HOLDFAST_CLUSTER_SECRET_FILE", "/none");
    environment.put("HOLDFAST_CLUSTER_MULTICAST", "true");
    environment.put("HOLDFAST_NODE", "n7");

    HoldfastConfig config =
        reader().without("cluster").file(file).flag("cluster.port", "many").read();

    assertEquals(ClusterConfig.DEFAULTS, config.cluster());
    assertEquals("n7", config.node());
    assertEquals(81, config.gateway().port());
  }

  @Test
  void everyKindOfValueIsRead() throws IOException {
    environment.put("HOLDFAST_REDIS_COMMAND_TIMEOUT", "250ms");
    environment.put("HOLDFAST_CLUSTER_MEMBERS", "a:5701, [::1]:5702");
    environment.put("HOLDFAST_CHANNELS_RETENTION", "{topic: {entries: 7}}");
    environment.put("HOLDFAST_SESSIONS_TENANT_LINGER", "{acme: 5s}");
    environment.put("HOLDFAST_AUTH_REQUIRE_EXPIRY", "false");
    environment.put("HOLDFAST_AUTH_CLAIMS_TENANT", "https://acme\\.example/tenant");
    environment.put("HOLDFAST_LOG_LEVEL", "debug");

    HoldfastConfig config =
        reader().flag("gateway.allowedOrigins", "https://a.example,https://b.example").read();

    assertEquals(Duration.ofMillis(250), config.redis().commandTimeout());
    assertEquals(
        List.of(new HostPort("a", 5701), new HostPort("::1", 5702)), config.cluster().members());
    assertEquals(7, config.channels().retention().get("topic").entries());
    assertEquals(Duration.ofSeconds(5), config.sessions().tenantLinger().get("acme"));
    assertFalse(config.auth().requireExpiry());
    assertEquals(List.of("https://acme.example/tenant"), config.auth().claims().tenant().names());
    assertEquals(
        Set.of("https://a.example", "https://b.example"), config.gateway().allowedOrigins());
    assertEquals(HoldfastConfig.LogLevel.DEBUG, config.logLevel());
  }

  @Test
  void aSecretMayStandInAFile() throws IOException {
    Path secret = Files.writeString(folder.resolve("secret"), SECRET + "\n");
    Path file = file("auth: {keys: [{algorithm: hs256, secret: {file: '" + secret + "'}}]}");
    Path uri = Files.writeString(folder.resolve("uri"), "redis://:pass@r.example:7000\n");
    environment.put("HOLDFAST_REDIS_URI_FILE", uri.toString());

    HoldfastConfig config = reader().file(file).read();

    assertEquals(SECRET, config.auth().keys().get(0).secret());
    assertEquals(Algorithm.HS256, config.auth().keys().get(0).algorithm());
    assertEquals("redis://:pass@r.example:7000", config.redis().uri());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "gatewy: {}                             | gatewy",
        "gateway: {prot: 1}                     | gateway.prot",
        "auth: {keys: [{algorithn: HS256}]}     | auth.keys.0.algorithn",
        "channels: {retention: {topic: {n: 1}}} | channels.retention.topic.n"
      })
  void anUnknownKeyIsAnErrorThatNamesIt(String yaml, String key) throws IOException {
    Path file = file(yaml);

    String message = problemsOf(reader().file(file));

    assertTrue(message.contains(key + " (" + file + "): unknown"), message);
  }

  @Test
  void anUnknownVariableOrFlagIsAnErrorToo() {
    environment.put("HOLDFAST_GATEWAY_PROT", "1");

    String message = problemsOf(reader().flag("gateway.heartbeet", "1s"));

    assertTrue(message.contains("HOLDFAST_GATEWAY_PROT: unknown"), message);
    assertTrue(message.contains("gateway.heartbeet (command line): unknown"), message);
  }

  /** What a kubelet puts into each container for a service, whatever follows its name's start. */
  @ParameterizedTest
  @ValueSource(strings = {"HOLDFAST", "HOLDFAST_GATEWAY", "HOLDFAST_REDIS_2", "HOLDFAST_NODE"})
  void variablesThatKubernetesSetsForAServiceAreNotOurs(String service) {
    environment.put(service + "_SERVICE_HOST", "10.0.0.1");
    environment.put(service + "_SERVICE_PORT", "8080");
    environment.put(service + "_SERVICE_PORT_HTTP_API", "8080");
    environment.put(service + "_PORT", "tcp://10.0.0.1:8080");
    for (String port : List.of("_PORT_8080_TCP", "_PORT_53_UDP", "_PORT_9_SCTP")) {
      environment.put(service + port, "tcp://10.0.0.1:8080");
      environment.put(service + port + "_ADDR", "10.0.0.1");
      environment.put(service + port + "_PORT", "8080");
      environment.put(service + port + "_PROTO", "tcp");
    }

    assertEquals(HoldfastConfig.DEFAULTS, reader().read());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HOLDFAST_PORT",
        "HOLDFAST_SERVICE_PORTS",
        "HOLDFAST_SERVICE",
        "HOLDFAST_HOST",
        "HOLDFAST_PORT_TCP",
        "HOLDFAST_PORT_80_HTTP",
        "HOLDFAST_PORT_80_TCP_HOST"
      })
  void whatOnlyResemblesThemIsUnknown(String name) {
    environment.put(name, "8080");

    assertTrue(problemsOf(reader()).contains(name + ": unknown"), name);
  }

  @Test
  void aPortOfTheGatewayIsStillReadBesideThem() {
    environment.put("HOLDFAST_GATEWAY_SERVICE_HOST", "10.0.0.1");
    environment.put("HOLDFAST_GATEWAY_PORT", "8081");

    assertEquals(8081, reader().read().gateway().port());
  }

  @Test
  void whoIsLetInAndWhereOperatorsAskIsReadToo() {
    environment.put("HOLDFAST_GATEWAY_SOCKETS_PROXIES", "10.0.0.0/8,192.168.0.1");
    environment.put("HOLDFAST_GATEWAY_MANAGEMENT_PORT", "8081");
    environment.put("HOLDFAST_GATEWAY_OPERATOR_TENANT", "operators");
    var gateway = reader().flag("gateway.sockets.max", "7").read().gateway();

    assertEquals(List.of("10.0.0.0/8", "192.168.0.1"), gateway.sockets().proxies());
    assertEquals(7, gateway.sockets().max());
    assertEquals(8081, gateway.management().port());
    assertEquals("127.0.0.1", gateway.management().host());
    assertEquals("operators", gateway.operatorTenant());

    environment.put("HOLDFAST_GATEWAY_SOCKETS_PROXIES", "proxy");
    environment.put("HOLDFAST_GATEWAY_OPERATOR_TENANT", "a b");
    String message = problemsOf(reader().flag("gateway.tls.key", "/none"));
    assertTrue(message.contains("proxies: an address or a range, not proxy"), message);
    assertTrue(message.contains("certificate: needed"), message);
    assertTrue(message.contains("file /none can't be read"), message);
  }

  @Test
  void everyProblemIsListedAtOnce() throws IOException {
    Path file =
        file(
            """
            node: "a b"
            gateway: {port: many, frameLimit: 5, heartbeat: soon}
            redis: {uri: "http://x", maxQueued: 0}
            sessions: {linger: 1ms}
            auth: {leeway: 1h, keys: [{algorithm: HS512}]}
            cluster: {members: [a], heartbeatTimeout: 1s, tls: {key: /none}}
            channels: 7
            """);
    environment.put("HOLDFAST_BLUE", "1");

    String message = problemsOf(reader().file(file).flag("cluster.port", "x"));

    for (String expected :
        List.of(
            "node:",
            "gateway.port",
            "frameLimit",
            "gateway.heartbeat",
            "uri:",
            "maxQueued",
            "linger",
            "leeway",
            "auth.keys.0.algorithm",
            "cluster.members.0",
            "heartbeatTimeout",
            "key: file /none",
            "certificate: needed",
            "channels (" + file,
            "HOLDFAST_BLUE",
            "cluster.port (command line)")) {
      assertTrue(message.contains(expected), () -> expected + " is missing in " + message);
    }
  }

  /** Whoever reached it was believed, and a line of the log was all that was said about it. */
  @Test
  void beyondLoopbackABusNeedsASecretOrCertificatesOrAWordThatItIsOpen() throws IOException {
    String open = problemsOf(reader().flag("cluster.host", "0.0.0.0"));

    for (String way : List.of("cluster.secret", "cluster.tls", "cluster.insecure")) {
      assertTrue(open.contains(way), open);
    }
    String secret = "known to all members and nobody else";
    Path file = file(secret);
    ConfigReader beyond = reader().flag("cluster.host", "0.0.0.0");
    assertEquals(secret, beyond.flag("cluster.secret.file", file).read().cluster().secret());
    assertTrue(
        reader()
            .flag("cluster.host", "0.0.0.0")
            .flag("cluster.insecure", true)
            .read()
            .cluster()
            .insecure());
    assertTrue(problemsOf(reader().flag("cluster.secret", "short")).contains("32 characters"));
    assertTrue(
        problemsOf(reader().flag("cluster.secret", secret).flag("cluster.insecure", true))
            .contains("not with a secret"));
  }

  /** Attached sessions vanished in silence between two renewals. */
  @Test
  void aBackstopThatUpkeepCanNotKeepUpWithIsRefusedByName() throws IOException {
    Path file = file("sessions: {backstop: 2h}\nlease: {upkeep: 1h}");

    var refused = assertThrows(ConfigException.class, () -> reader().file(file).read());

    assertTrue(refused.getMessage().contains("sessions.backstop"), refused.getMessage());
    assertTrue(refused.getMessage().contains("lease.upkeep"), refused.getMessage());
  }

  @Test
  void secretsAreNotShown() throws IOException {
    String uri = "redis://:topsecret@127.0.0.1:6379";
    HoldfastConfig config = reader().file(file(KEYS)).flag("redis.uri", uri).read();

    assertFalse(config.toString().contains("topsecret"), config.toString());
    assertFalse(config.toString().contains(SECRET), config.toString());

    Path wrong = file("auth: {keys: [{algorithm: RS256, secret: '" + SECRET + "'}]}");
    String message = problemsOf(reader().file(wrong).flag("redis.uri", "http://:topsecret@x"));
    assertFalse(message.contains("topsecret"), message);
    assertFalse(message.contains(SECRET), message);
  }

  @ParameterizedTest
  @ValueSource(strings = {"gateway: {port: 1", "[1, 2]", "gateway: {port: 1, port: 2}", "text"})
  void whatIsNotAYamlMappingIsRefused(String yaml) throws IOException {
    Path file = file(yaml);

    assertTrue(problemsOf(reader().file(file)).contains(file.toString()));
  }

  @Test
  void aFileThatIsNotThereIsRefused() {
    assertTrue(problemsOf(reader().file(folder.resolve("none.yaml"))).contains("none.yaml"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.0.0.0", "::", "192.0.2.1", "no.such.host.invalid"})
  void beyondLoopbackTheGeneratedKeyIsRefused(String host) throws IOException {
    String message = problemsOf(reader().flag("gateway.host", host));

    assertTrue(message.contains("loopback"), message);
    assertEquals(
        host, reader().file(file(KEYS)).flag("gateway.host", host).read().gateway().host());
  }

  /** A node with the keys of its issuers alone has no generated key, and was held to loopback. */
  @Test
  void beyondLoopbackTheKeysOfIssuersWillDo() throws IOException {
    Path file =
        file("auth: {issuers: [{preset: supabase, issuer: 'https://ref.supabase.co/auth/v1'}]}");

    assertEquals(
        "0.0.0.0", reader().file(file).flag("gateway.host", "0.0.0.0").read().gateway().host());
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "::1", "127.8.8.8", "localhost"})
  void onLoopbackTheGeneratedKeyWillDo(String host) {
    assertTrue(reader().flag("gateway.host", host).read().developmentKey());
  }

  private ConfigReader reader() {
    return new ConfigReader(environment);
  }

  private Path file(String yaml) throws IOException {
    return Files.writeString(folder.resolve("holdfast.yaml"), yaml);
  }

  private static String problemsOf(ConfigReader reader) {
    return assertThrows(ConfigException.class, reader::read).getMessage();
  }
}
