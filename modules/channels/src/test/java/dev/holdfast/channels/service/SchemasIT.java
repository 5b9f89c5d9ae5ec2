package dev.holdfast.channels.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.channels.Await;
import dev.holdfast.channels.ChannelMessage;
import dev.holdfast.channels.ChannelMessage.Item;
import dev.holdfast.channels.ChannelMessage.Result;
import dev.holdfast.channels.Publisher;
import dev.holdfast.channels.ServicePublisher;
import dev.holdfast.channels.ServicePublisherConfig;
import dev.holdfast.channels.fanout.HubFixture;
import dev.holdfast.channels.log.ChannelsConfig;
import dev.holdfast.channels.schemas.SchemaMessage;
import dev.holdfast.channels.schemas.SchemaName;
import dev.holdfast.core.Caller;
import dev.holdfast.core.Channel;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.Position;
import dev.holdfast.core.bus.ServiceClient;
import dev.holdfast.redis.Keys;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(RedisExtension.class)
class SchemasIT {
  private static final String PRICE =
      "{\"type\":\"object\",\"properties\":{\"price\":{\"type\":\"number\"}}}";
  private static final SchemaName ORDER = new SchemaName("order.created", 1);

  private HubFixture node;
  private ServiceClient schemas;
  private Caller.Service keeper;
  private String tenant;
  private ServicePublisher publisher;

  @BeforeEach
  void open(TestRedis redis) {
    node = new HubFixture(redis.uri(), ChannelsConfig.DEFAULT);
    schemas = new ServiceClient(node.bus, Duration.ofSeconds(5));
    tenant = node.channel.tenant();
    keeper = new Caller.Service("keeper", "1", Set.of(tenant), Set.of("schema:order.*"));
    publisher = new ServicePublisher(node.bus, node.service, ServicePublisherConfig.DEFAULT);
  }

  @AfterEach
  void close() {
    node.close();
  }

  private void register(SchemaName name, String schema) {
    Await.get(schemas.ask(new SchemaMessage.Register(keeper, tenant, name, schema)));
  }

  private HoldfastException refused(Future<?> future) {
    return assertThrows(HoldfastException.class, () -> Await.get(future));
  }

  private Future<Position> publish(String event, String data) {
    return publisher.publish(node.channel, event, data);
  }

  @Test
  void aPublicationThatDoesNotFitIsRefusedWithThePathAndThoseAfterItAreStored() {
    register(ORDER, PRICE);

    HoldfastException misfit = refused(publish("order.created", "{\"price\":\"7\"}"));
    Position fits = Await.get(publish("order.created", "{\"price\":7}"));
    Position other = Await.get(publish("order.paid", "\"anything\""));

    assertEquals(ErrorCode.BAD_REQUEST, misfit.code());
    assertEquals(
        "data/price: Instance type string is invalid. Expected number", misfit.publicMessage());
    assertEquals(1, fits.seq());
    assertEquals(2, other.seq());
  }

  @Test
  void theResultOfEachPublicationHasItsOwnDetail() {
    register(ORDER, PRICE);
    List<Item> items =
        List.of(
            new Item(1, "order.created/1", "{}", false),
            new Item(2, "order.created/1", "[]", false),
            new Item(2, "order.created/2", "{}", false),
            new Item(0, "order.created", "7", true));
    var message =
        new ChannelMessage.Publish(
            node.service, null, node.channel, new Publisher("p-1", 1), items);

    List<Result> results = Await.get(node.client.ask(message)).results();

    assertEquals(1, results.get(0).position().seq());
    assertNull(results.get(0).detail());
    assertTrue(results.get(1).detail().startsWith("data: "), results.get(1).detail());
    assertEquals("event: there is no such version", results.get(2).detail());
    assertEquals(ErrorCode.BAD_REQUEST, results.get(3).refused());
    assertEquals(ErrorCode.BAD_REQUEST, results.get(3).refusal().code());
  }

  @Test
  void aChangeByAnotherNodeHoldsHere() {
    Await.get(publish("order.created", "7"));
    Await.get(node.link.send("HSET", Keys.schemas(tenant), "order.created@1", PRICE, "#", "r1"));
    Await.get(node.link.send("XADD", Keys.schemaChanges(), "*", "t", tenant));

    Await.until("refused", this::refusedNow);
  }

  private boolean refusedNow() {
    try {
      Await.get(publish("order.created", "7"));
      return false;
    } catch (HoldfastException e) {
      return e.code() == ErrorCode.BAD_REQUEST;
    }
  }

  @Test
  void aRegisteredSchemaIsNeverChangedAndAskingAgainIsDone() {
    register(ORDER, PRICE);
    register(ORDER, PRICE);

    var other = new SchemaMessage.Register(keeper, tenant, ORDER, "{\"type\":\"null\"}");

    assertEquals(ErrorCode.CONFLICT, refused(schemas.ask(other)).code());
  }

  @Test
  void listsGetsAndRemovesAndLeavesNothingBehind() {
    register(new SchemaName("order.paid", 2), PRICE);
    register(ORDER, PRICE);
    var list = new SchemaMessage.ListAll(keeper, tenant);
    assertEquals(
        List.of(ORDER, new SchemaName("order.paid", 2)), Await.get(schemas.ask(list)).names());
    var get = new SchemaMessage.Get(keeper, tenant, ORDER);
    assertEquals(PRICE, Await.get(schemas.ask(get)).schema());

    for (SchemaName name : Await.get(schemas.ask(list)).names()) {
      Await.get(schemas.ask(new SchemaMessage.Remove(keeper, tenant, name)));
      Await.get(schemas.ask(new SchemaMessage.Remove(keeper, tenant, name)));
    }

    assertEquals(ErrorCode.NOT_FOUND, refused(schemas.ask(get)).code());
    assertEquals(0, Await.get(node.link.send("EXISTS", Keys.schemas(tenant))).asLong());
    Await.get(publish("order.created", "7"));
  }

  @Test
  void boundsHowManyATenantHas() {
    for (int i = 1; i <= SchemaMessage.MAX_SCHEMAS; i++) {
      register(new SchemaName("order.created", i), PRICE);
    }

    var more = new SchemaMessage.Register(keeper, tenant, new SchemaName("order.paid", 1), PRICE);

    assertEquals(ErrorCode.LIMIT_EXCEEDED, refused(schemas.ask(more)).code());
  }

  @Test
  void takesAServiceOfTheTenantWithThePermission() {
    var user = new Caller.User(tenant, "ann", Set.of(), Set.of("schema:*"));
    var foreign = new Caller.Service("x", "1", Set.of("other"), Set.of("schema:*"));
    for (Caller caller : List.of(user, foreign, node.service)) {
      var register = new SchemaMessage.Register(caller, tenant, ORDER, PRICE);
      assertEquals(ErrorCode.FORBIDDEN, refused(schemas.ask(register)).code());
      var remove = new SchemaMessage.Remove(caller, tenant, ORDER);
      assertEquals(ErrorCode.FORBIDDEN, refused(schemas.ask(remove)).code());
    }
    for (Caller caller : List.of(user, foreign)) {
      var get = new SchemaMessage.Get(caller, tenant, ORDER);
      assertEquals(ErrorCode.FORBIDDEN, refused(schemas.ask(get)).code());
      var list = new SchemaMessage.ListAll(caller, tenant);
      assertEquals(ErrorCode.FORBIDDEN, refused(schemas.ask(list)).code());
    }
  }

  @Test
  void systemChannelsAreNotHeldAgainstThem() {
    register(ORDER, PRICE);
    var system = new Channel(tenant, ChannelName.system("orders"));

    assertEquals(1, Await.get(publisher.publish(system, "order.created", "7")).seq());
  }
}
