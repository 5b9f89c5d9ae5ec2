package dev.holdfast.runs.agents;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.runs.Await;
import dev.holdfast.runs.config.UpstreamPrefix;
import dev.holdfast.testkit.llm.FakeLlm;
import dev.holdfast.testkit.llm.Script;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.dns.AddressResolverOptions;
import java.net.InetAddress;
import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where a node connects to for an agent. */
class UpstreamTest {
  /** Of an agent at the first prefix. */
  private static boolean permits(String address, String... prefixes) throws Exception {
    List<UpstreamPrefix> all = List.of(prefixes).stream().map(UpstreamPrefix::parse).toList();
    return new AddressRule(all).permits(InetAddress.getByName(address), all.get(0).uri());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "127.0.0.1",
        "127.9.9.9",
        "0.0.0.0",
        "0.1.2.3",
        "169.254.169.254",
        "100.100.100.200",
        "168.63.129.16",
        "192.0.0.192",
        "224.0.0.1",
        "::1",
        "::",
        "fe80::1",
        "fd00:ec2::254",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "::127.0.0.1",
        "64:ff9b::a9fe:a9fe",
        "2002:a9fe:a9fe::1"
      })
  void noAgentIsAtAnInnerAddressUnlessAPrefixNamesIt(String address) throws Exception {
    assertFalse(permits(address, "http://model.example/"), address);
    assertFalse(permits(address, "http://127.0.0.3/", "http://[::2]/"), address);
  }

  @Test
  void aPrefixThatNamesTheAddressOpensItAndNoOther() throws Exception {
    assertTrue(permits("127.0.0.1", "http://127.0.0.1:8080/v1"));
    assertTrue(permits("127.0.0.1", "http://localhost:8080/v1"));
    assertTrue(permits("::1", "http://localhost:8080/v1"));
    assertTrue(permits("::1", "http://[::1]/"));
    assertFalse(permits("169.254.169.254", "http://localhost/"));
    assertTrue(permits("10.0.0.7", "http://model.internal/"), "private networks are usual");
    assertTrue(permits("93.184.216.34", "https://model.example/"));
  }

  /** Else whoever serves the name of one agent reaches what was opened for another. */
  @Test
  void anAddressThatIsOpenForOneAgentIsNotForAnother() throws Exception {
    assertFalse(permits("127.0.0.1", "http://partner.example/", "http://localhost:11434/"));
    assertFalse(permits("127.0.0.1", "http://partner.example/", "http://127.0.0.1/"));
  }

  /** What a name stands for may change after it was looked at: the address that is used counts. */
  @Test
  void aNameThatStandsForAnInnerAddressIsNotConnectedTo() {
    var hosts = Buffer.buffer("127.0.0.1 model.example\n127.0.0.1 localhost\n");
    Vertx vertx =
        Vertx.vertx(
            new VertxOptions()
                .setAddressResolverOptions(new AddressResolverOptions().setHostsValue(hosts)));
    try (FakeLlm llm = FakeLlm.of(Script.answer("no"))) {
      URI url = URI.create(llm.url());
      String named = url.toString().replace("127.0.0.1", "model.example");
      var prefixes = List.of(UpstreamPrefix.parse(named));
      var upstream = new Upstream(vertx, prefixes, new SimpleMeterRegistry());
      assertEquals(AgentException.FORBIDDEN, code(upstream, named));

      String local = url.toString().replace("127.0.0.1", "localhost");
      prefixes = List.of(UpstreamPrefix.parse(local));
      var open = new Upstream(vertx, prefixes, new SimpleMeterRegistry());
      Await.get(open.open(new Endpoint("a", URI.create(local), null)).compose(one -> one.reset()));
      assertEquals(0, llm.asked().size());
    } finally {
      Await.get(vertx.close());
    }
  }

  @Test
  void anAgentThatIsNotThereIsUnreachable() {
    Vertx vertx = Vertx.vertx();
    try {
      var prefixes = List.of(UpstreamPrefix.parse("http://127.0.0.1:1"));
      var upstream = new Upstream(vertx, prefixes, new SimpleMeterRegistry());
      assertEquals(AgentException.UNREACHABLE, code(upstream, "http://127.0.0.1:1"));
    } finally {
      Await.get(vertx.close());
    }
  }

  private static String code(Upstream upstream, String address) {
    try {
      Await.get(upstream.open(new Endpoint("a", URI.create(address), null)));
      return "";
    } catch (AgentException e) {
      return e.code();
    }
  }
}
