package dev.holdfast.loadtest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.loadtest.run.scenario.Scenarios;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Base64;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** Bad input is reported before anything is started. */
class BadInputTest {
  /** Of tenant acme; its signature is worth nothing. */
  private static final String TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJ0ZW5hbnQiOiJhY21lIn0.c2ln";

  @TempDir Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @BeforeEach
  void writeFiles() throws IOException {
    Files.writeString(folder.resolve("key"), "a secret of the tests, long enough for HS256");
    Files.writeString(folder.resolve("server.jar"), "");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          ''                                      | which scenario? baseline, idle
          kil                                     | there is no scenario 'kil'; did you mean kill?
          fanuot                                  | did you mean fanout?
          fanout extra                            | Unmatched argument at index 1: 'extra'
          fanout --connection 3                   | did you mean --connections?
          fanout --connections many               | 'many' is not an int
          fanout --connections 0                  | --connections: 1 to 500000, not 0
          fanout --connections 500001             | --connections: 1 to 500000, not 500001
          fanout --connections -1                 | --connections: 1 to 500000, not -1
          fanout --rate 0                         | --rate: 0.1 to 1000000, not 0
          fanout --rate NaN                       | --rate: 0.1 to 1000000, not NaN
          fanout --rate 1e9                       | --rate: 0.1 to 1000000, not 1000000000
          fanout --payload 59                     | --payload: 60 to 60000, not 59
          fanout --payload 60001                  | --payload: 60 to 60000, not 60001
          fanout --duration 0                     | --duration: 1 to 86400, not 0
          fanout --duration 2d                    | --duration: 1 to 86400, not 172800
          fanout --duration soon                  | as in 30s, 5m, 2h, not soon
          fanout --warmup 2h                      | --warmup: 0 to 3600, not 7200
          fanout --connect-rate -1                | --connect-rate: 0 to 100000, not -1
          fanout --limit 0                        | --limit: 1 to 1440 minutes, not 0
          fanout --limit 1441                     | --limit: 1 to 1440 minutes, not 1441
          fanout --duration 31m                   | which is more than the --limit of 30 min
          fanout --tenant a}b                     | --tenant:
          fanout --repeat 0                       | --repeat: 1 to 20, not 0
          fanout --repeat 21                      | --repeat: 1 to 20, not 21
          fanout --via pigeon                     | --via
          fanout --workers 0                      | --workers: 1 to 32, not 0
          fanout --workers 33                     | --workers: 1 to 32, not 33
          fanout --connections 40000 --workers 2  | 40,000 clients are too many for 2 workers
          fanout --secret-file key                | --secret-file goes with --worker-url
          fanout --worker-url ws://192.0.2.1:9    | a cluster of its own can't be reached
          fanout --worker-url ws://127.0.0.1:9 --workers 2 | either one or the other
          connect --rate 5                        | connect has no setting --rate
          connect --duration 5                    | connect has no setting --duration
          idle --payload 99                       | idle has no setting --payload
          fanout --nodes 17                       | --nodes: 1 to 16, not 17
          fanout --nodes 0                        | --nodes: 1 to 16, not 0
          kill --nodes 1                          | kill needs two --nodes or more
          fanout --nodes 1 --url http://127.0.0.1:1 | --nodes and --url: either one or the other
          fanout --token x                        | not a JWT
          fanout --key-file key                   | --key-file goes with --url
          fanout --management-url http://127.0.0.1 | --management-url goes with --url
          fanout --redis redis://127.0.0.1        | --redis goes with --url
          fanout --members 127.0.0.1:1 --cluster c | --members goes with --url
          fanout --kill-command true              | --kill-command goes with --url
          fanout --processors nodes               | as in nodes=0;workers=1;redis=1
          fanout --processors cooks=1             | as in nodes=0;workers=1;redis=1
          fanout --processors nodes=999           | this machine has processors 0 to
          fanout --require fast                   | 'fast' is no requirement
          fanout --require losses=0               | there is no figure losses
          fanout --require lost<1ms               | lost is a count
          fanout --json no/such/folder/file       | --json: can't write no/such/folder/file
          baseline --nodes 1                      | baseline has a server of its own
          baseline --url http://127.0.0.1:1 --key-file key | baseline has a server of its own
          """)
  void isReported(String line, String problem) {
    refuses(problem, line + " --server-jar server.jar");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          fanout                                  | --url needs one of --token and --key-file
          fanout --key-file key --token {token}   | --url needs one of --token and --key-file
          fanout --key-file nothing               | --key-file: can't read nothing
          fanout --token {short}                  | (--limit, --repeat): take one that lives longer
          fanout --token {short} --limit 1 --repeat 3 | it has to live until
          fanout --token {token} --tenant other   | --tenant other is not that of the --token, acme
          stream --token {token}                  | stream needs --key-file: with one --token
          fanout --key-file key --members 127.0.0.1:1 | --members and --cluster: both or none
          fanout --key-file key --cluster c       | --members and --cluster: both or none
          fanout --key-file key --via bus         | --via bus needs --members and --cluster
          registry --key-file key                 | registry needs --members and --cluster
          kill --key-file key                     | kill needs --kill-command and --start-command
          kill --key-file key --kill-command true | kill needs --kill-command and --start-command
          drain --key-file key --kill-command true --start-command true | drain needs --stop-command
          fanout --key-file key --server-jar server.jar | --server-jar goes with --nodes
          fanout --key-file key --url ftp://127.0.0.1 | --url: as in http://host:port
          fanout --key-file key --url http://192.0.2.1:8080 | --i-own-this-target
          fanout --key-file key --management-url http://192.0.2.1:8081 | --i-own-this-target
          fanout --key-file key --management-url http://127.0.0.1:2,http://127.0.0.1:3 | as many as --url
          """)
  void ofATargetThatIsThereIsReported(String line, String problem) {
    refuses(problem, line + " --url http://127.0.0.1:1");
  }

  @Test
  void aServerIsNeededForNodesOfItsOwn() {
    refuses("--server-jar says where holdfast.jar is", "fanout");
    refuses("--server-jar: there is no file no.jar", "fanout --server-jar no.jar");
  }

  @Test
  void everyScenarioIsListedWithWhatItTakes() {
    assertEquals(0, commandLine().execute("list"));

    assertEquals(Scenarios.ALL.size(), out.toString().lines().count(), out.toString());
    assertTrue(out.toString().contains("--connections"), out.toString());
  }

  @Test
  void whatCanNotBeMeasuredOfMembersIsReported() {
    refuses("--sizes: 3 to 100, not 2", "members --sizes 3,2");
    refuses("--seconds: 1 to 3600, not 0", "members --seconds 0");
  }

  @ParameterizedTest
  @CsvSource({"compare, Missing required parameter", "compare key nothing, key is no result"})
  void whatIsNoResultIsNotCompared(String line, String problem) {
    refuses(problem, line);
  }

  private void refuses(String problem, String line) {
    String tokens = line.replace("{token}", TOKEN).replace("{short}", endingSoon());
    String[] words = tokens.strip().split(" +");
    for (int i = 0; i < words.length; i++) {
      words[i] =
          words[i].matches("key|nothing|server.jar|no.jar") ? folder + "/" + words[i] : words[i];
    }

    err.getBuffer().setLength(0);

    assertEquals(2, commandLine().execute(words), line + ": " + err);

    String said = err.toString().replace(folder + "/", "");
    assertTrue(said.lines().findFirst().orElse("").contains(problem), said);
    assertTrue(said.lines().count() <= 2, said);
    assertEquals("", out.toString());
  }

  /** Returns a token of two minutes: one run of at most a minute is within it. */
  private static String endingSoon() {
    String claims = "{\"exp\":%d}".formatted(Instant.now().getEpochSecond() + 120);
    return "e30." + Base64.getUrlEncoder().encodeToString(claims.getBytes(UTF_8)) + ".c2ln";
  }

  private CommandLine commandLine() {
    return Load.commandLine().setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
  }
}
