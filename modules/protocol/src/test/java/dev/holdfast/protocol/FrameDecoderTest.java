package dev.holdfast.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.core.ChannelName;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.Position;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FrameDecoderTest {
  private static final ChannelName NEWS = ChannelName.topic("news");

  @Test
  void readsAHelloWithEverything() {
    assertEquals(
        new ClientFrame.Hello("abc", "s1", Map.of(NEWS, new Position("E-1", 7)), "web/1.0"),
        frame(
            "{'type':'hello','token':'abc','resume':'s1','channels':{'topic:news':['E-1',7]},"
                + "'client':{'name':'web','version':'1.0','more':[1]}}"));
  }

  @Test
  void readsAHelloWithOnlyAClient() {
    assertEquals(
        new ClientFrame.Hello(null, null, Map.of(), "web/1.0"),
        frame("{'client':{'version':'1.0','name':'web'},'type':'hello'}"));
  }

  @Test
  void readsThatAClientWasAskedToMove() {
    String client = "'client':{'version':'1.0','name':'web'},";
    var move = new ClientFrame.Hello(null, null, Map.of(), "web/1.0", null, true, true, null);

    assertEquals(move, frame("{" + client + "'type':'hello','move':true}"));
    assertEquals(
        new ClientFrame.Hello(null, null, Map.of(), "web/1.0"),
        frame("{" + client + "'type':'hello','move':false}"));
  }

  @Test
  void readsAllThatAClientWantsToRead() {
    String client = "'type':'hello','client':{'version':'1.0','name':'web'}";
    var all =
        Map.of(
            NEWS,
            ReadFrom.LATEST,
            ChannelName.topic("a"),
            ReadFrom.after(new Position("E", 7)),
            ChannelName.parse("run:r"),
            ReadFrom.SNAPSHOT);
    String named = "'topic:news':'latest','topic:a':'E:7','run:r':'snapshot'";

    assertNull(((ClientFrame.Hello) frame("{" + client + "}")).subscriptions());
    assertEquals(
        new ClientFrame.Hello(null, null, Map.of(), "web/1.0", null, false, true, all),
        frame("{" + client + ",'subscriptions':{" + named + "}}"));
    assertEquals(
        Map.of(),
        ((ClientFrame.Hello) frame("{" + client + ",'subscriptions':{}}")).subscriptions());
  }

  @Test
  void neverShowsTheTokenOfAHello() {
    var hello = new ClientFrame.Hello("secret", null, Map.of(), "web/1.0");

    assertFalse(hello.toString().contains("secret"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {"'latest';LATEST", "'earliest';EARLIEST", "'snapshot';SNAPSHOT", "['k7B',8];CURSOR"})
  void readsWhereASubscriptionBegins(String from, ReadFrom.Place place) {
    Position cursor = place == ReadFrom.Place.CURSOR ? new Position("k7B", 8) : null;

    assertEquals(
        new ClientFrame.Subscribe("1", NEWS, new ReadFrom(place, cursor)),
        frame("{'type':'subscribe','id':'1','channel':'topic:news','from':" + from + "}"));
  }

  /** HTTP spells a cursor as one text: who has that one need not take it apart for a frame. */
  @Test
  void aCursorMayBeOneText() {
    assertEquals(
        frame("{'type':'ack','cursors':{'tenant':['E',0],'topic:news':['k-7B',8]}}"),
        frame("{'type':'ack','cursors':{'tenant':'E:0','topic:news':'k-7B:8'}}"));
    assertEquals(
        new ClientFrame.Subscribe("1", NEWS, ReadFrom.after(new Position("latest", 8))),
        frame("{'type':'subscribe','id':'1','channel':'topic:news','from':'latest:8'}"));
  }

  @Test
  void beginsAtTheLatestUnlessAskedOtherwise() {
    assertEquals(
        new ClientFrame.Subscribe("1", NEWS, ReadFrom.LATEST),
        frame("{'type':'subscribe','id':'1','channel':'topic:news'}"));
  }

  @Test
  void aTokenForTheChannelIsTakenAndNeverShown() {
    ClientFrame read =
        frame("{'type':'subscribe','id':'1','channel':'topic:news','token':'a.b.c'}");

    assertEquals(new ClientFrame.Subscribe("1", NEWS, ReadFrom.LATEST, "a.b.c"), read);
    assertFalse(read.toString().contains("a.b.c"), read.toString());
  }

  @Test
  void readsTheOtherFrames() {
    assertEquals(
        new ClientFrame.Unsubscribe("x", NEWS),
        frame("{'type':'unsubscribe','id':'x','channel':'topic:news'}"));
    assertEquals(
        new ClientFrame.Ack(Map.of(ChannelName.TENANT, new Position("E", 0))),
        frame("{'type':'ack','cursors':{'tenant':['E',0]}}"));
    assertEquals(
        new ClientFrame.Request("r", "billing", "pay", "{\"a\":1}", 10_000),
        frame("{'type':'request','id':'r','service':'billing','method':'pay','data':{'a':1}}"));
    assertInstanceOf(ClientFrame.Close.class, frame("{'type':'close'}"));
    assertInstanceOf(ClientFrame.Ping.class, frame("{'type':'ping'}"));
    assertInstanceOf(ClientFrame.Pong.class, frame("{'type':'pong'}"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{ \"b\" : [1, 2.50, -0.0e10 ] ,\"a\":{} }",
        "[ ]",
        "\"a \\u00e9 \\\" \\\\ é 😀\"",
        "\"\"",
        "12345678901234567890.123",
        "-7",
        "true",
        "false",
        "null",
        "{\"type\":\"inner\",\"id\":5}"
      })
  void keepsDataAsItWasWritten(String data) {
    for (String text :
        new String[] {
          publish("\"data\":" + data + ",\"zz\":1"), publish("\"data\" :\t " + data + " \n")
        }) {
      var publish = assertInstanceOf(ClientFrame.Publish.class, FrameDecoder.decode(text).frame());
      assertEquals(data, publish.data());
    }
  }

  @Test
  void keepsLongDataAsItWasWritten() {
    String data = "{\"text\":\"" + "é😀\\n".repeat(12_000) + "\"}";
    var publish =
        (ClientFrame.Publish) FrameDecoder.decode(publish("\"data\":" + data + ",\"z\":0")).frame();

    assertEquals(data, publish.data());
  }

  @Test
  void aVolatilePublicationHasNoNumber() {
    assertEquals(
        new ClientFrame.Publish("1", NEWS, "cursor.moved", "1", 0, true),
        frame(
            "{'type':'publish','id':'1','channel':'topic:news','event':'cursor.moved',"
                + "'data':1,'class':'volatile'}"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "``;frame",
        "null;frame",
        "[];frame",
        "{;frame",
        "{'type':'ping'} {};frame",
        "{'type':'ping','type':'ping'};frame",
        "{'type':'ping','x':{'a':1,'a':2}};frame",
        "{'type':'ping','x':01};frame",
        "{'type':'ping','x':NaN};frame",
        "{'id':'1'};type",
        "{'type':7};type",
        "{'type':''};type",
        "{'type':'hello'};client.name",
        "{'type':'hello','client':'web'};client",
        "{'type':'hello','client':{'name':'web'}};client.version",
        "{'type':'hello','client':{'name':'w','version':'1'},'resume':'a/b'};resume",
        "{'type':'hello','client':{'name':'w','version':'1'},'resume':null};resume",
        "{'type':'hello','client':{'name':'w','version':'1'},'token':5};token",
        "{'type':'hello','client':{'name':'w','version':'1'},'move':1};move",
        "{'type':'hello','client':{'name':'w','version':'1'},'move':null};move",
        "{'type':'hello','client':{'name':'w','version':'1'},'channels':[]};channels",
        "{'type':'subscribe','channel':'topic:a'};id",
        "{'type':'subscribe','id':7,'channel':'topic:a'};id",
        "{'type':'subscribe','id':'1'};channel",
        "{'type':'subscribe','id':'1','channel':'room:a'};channel",
        "{'type':'subscribe','id':'1','channel':'topic:a b'};channel",
        "{'type':'subscribe','id':'1','channel':'topic:a','from':'now'};from",
        "{'type':'subscribe','id':'1','channel':'topic:a','from':['E']};from",
        "{'type':'subscribe','id':'1','channel':'topic:a','from':['E',-1]};from",
        "{'type':'subscribe','id':'1','channel':'topic:a','from':['E',1,2]};from",
        "{'type':'subscribe','id':'1','channel':'topic:a','from':['E',9007199254740992]};from",
        "{'type':'subscribe','id':'1','channel':'topic:a','from':['',1]};from",
        "{'type':'subscribe','id':'1','channel':'topic:a','from':['E',1e2]};from",
        "{'type':'publish','id':'1','channel':'topic:a','event':'e','n':1};data",
        "{'type':'publish','id':'1','channel':'topic:a','data':1,'n':1};event",
        "{'type':'publish','id':'1','channel':'topic:a','event':'é','data':1,'n':1};event",
        "{'type':'publish','id':'1','channel':'topic:a','event':'e','data':1};n",
        "{'type':'publish','id':'1','channel':'topic:a','event':'e','data':1,'n':0};n",
        "{'type':'publish','id':'1','channel':'topic:a','event':'e','data':1,'n':1.0};n",
        "{'type':'publish','id':'1','channel':'topic:a','event':'e','data':1,'n':'1'};n",
        "{'type':'publish','id':'1','channel':'topic:a','event':'e','data':1,'n':9007199254740992};n",
        "{'type':'publish','id':'1','channel':'topic:a','event':'e','data':1,'n':1,'class':'volatile'};n",
        "{'type':'publish','id':'1','channel':'topic:a','event':'e','data':1,'class':'quick'};class",
        "{'type':'request','id':'1','service':'a.b','method':'m','data':1};service",
        "{'type':'request','id':'1','service':'a','method':'m','data':1,'timeout':60001};timeout",
        "{'type':'request','id':'1','service':'a','method':'m','data':1,'timeout':0};timeout",
        "{'type':'ack'};cursors",
        "{'type':'ack','cursors':{'topic:a':5}};cursors.topic:a",
        "{'type':'ack','cursors':{'topic:a':'E'}};cursors.topic:a",
        "{'type':'ack','cursors':{'topic:a':'E:5:5'}};cursors.topic:a",
        "{'type':'ack','cursors':{'topic:a':'E:9007199254740992'}};cursors.topic:a",
        "{'type':'subscribe','id':'1','channel':'topic:a','from':'E:'};from",
        "{'type':'hello','client':{'name':'n','version':'1'},'subscriptions':[]};subscriptions",
        "{'type':'hello','client':{'name':'n','version':'1'},'subscriptions':{'a':'latest'}};channel",
        "{'type':'hello','client':{'name':'n','version':'1'},'subscriptions':{'topic:a':'x'}};topic:a",
        "{'type':'ack','cursors':{'a':['E',5]}};channel"
      })
  void namesTheMemberThatIsWrong(String text, String member) {
    Decoded decoded = FrameDecoder.decode(quoted(text));

    assertNull(decoded.frame());
    assertEquals(ErrorCode.BAD_REQUEST, decoded.refused().code());
    assertTrue(
        decoded.refused().publicMessage().startsWith(member + ":"),
        decoded.refused().publicMessage());
  }

  @Test
  void carriesTheIdOfAFrameThatItRefuses() {
    assertEquals("i1", FrameDecoder.decode(quoted("{'type':'publish','id':'i1'}")).id());
    assertEquals("i1", FrameDecoder.decode(quoted("{'id':'i1','type':")).id());
    assertNull(FrameDecoder.decode(quoted("{'type':'publish','id':{}}")).id());
  }

  @Test
  void refusesATypeThatItDoesNotKnowByItsOwnName() {
    Decoded decoded = FrameDecoder.decode(quoted("{'type':'degraded','id':'i1','token':'t'}"));

    assertEquals(ErrorCode.UNKNOWN_TYPE, decoded.refused().code());
    assertEquals("i1", decoded.id());
    assertEquals("unknown", decoded.type());
  }

  @Test
  void aTokenThatIsRefreshedIsNotPrinted() {
    Decoded decoded = FrameDecoder.decode(quoted("{'type':'refresh','id':'i1','token':'secret'}"));

    assertEquals(new ClientFrame.Refresh("i1", "secret"), decoded.frame());
    assertEquals("Refresh[id=i1]", decoded.frame().toString());
  }

  @Test
  void acceptsNestingOf64AndRefusesMore() {
    assertNotNull(FrameDecoder.decode(nested(63)).frame());
    assertNull(FrameDecoder.decode(nested(64)).frame());
  }

  @Test
  void refusesMoreCursorsThanASessionHasChannels() {
    StringBuilder text = new StringBuilder("{'type':'ack','cursors':{'tenant':['E',1]");
    for (int i = 0; i < FrameDecoder.MAX_CURSORS; i++) {
      text.append(",'topic:").append(i).append("':['E',1]");
    }

    assertEquals(ErrorCode.BAD_REQUEST, FrameDecoder.decode(quoted(text + "}}")).refused().code());
  }

  private static String nested(int depth) {
    return publish("\"data\":" + "[".repeat(depth) + "]".repeat(depth));
  }

  private static String publish(String member) {
    return quoted("{'type':'publish','id':'1','channel':'topic:a','event':'e','n':1,")
        + member
        + "}";
  }

  private static ClientFrame frame(String text) {
    Decoded decoded = FrameDecoder.decode(quoted(text));
    assertNull(decoded.refused());
    return decoded.frame();
  }

  private static String quoted(String text) {
    return text.replace('\'', '"');
  }
}
