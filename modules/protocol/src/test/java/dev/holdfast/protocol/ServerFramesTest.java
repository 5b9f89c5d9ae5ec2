package dev.holdfast.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.holdfast.core.Caller;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.Position;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ServerFramesTest {
  private static final ChannelName NEWS = ChannelName.topic("news");
  private static final Position AT_8 = new Position("k7B", 8);
  private static final Caller ANN = new Caller.User("acme", "ann", Set.of(), Set.of());
  private static final Caller BILLING =
      new Caller.Service("billing", "i1", Set.of("acme"), Set.of());

  @Test
  void anEventIsItsPositionAroundWhatIsStored() {
    byte[] body = ServerFrames.body("note", "{\"text\":\"é😀\"}", ANN);

    says(
        "{'type':'event','channel':'topic:news','epoch':'k7B','seq':8,'at':17,"
            + "'event':'note','data':{'text':'é😀'},'from':{'user':'ann'}}",
        ServerFrames.event(NEWS, "k7B", 8, 17, body));
  }

  @Test
  void aVolatileEventHasNoPosition() {
    byte[] body = ServerFrames.body("note", "null", BILLING);

    says(
        "{'type':'event','channel':'tenant','class':'volatile','at':17,"
            + "'event':'note','data':null,'from':{'service':'billing'}}",
        ServerFrames.volatileEvent(ChannelName.TENANT, 17, body));
  }

  @Test
  void saysWhereASubscriptionStands() {
    says(
        "{'type':'subscribed','channel':'topic:news','epoch':'k7B','seq':8,'recovered':false}",
        ServerFrames.subscribed(NEWS, AT_8, false));
    says(
        "{'type':'gap','channel':'topic:news','from':['a',1],'to':['k7B',8],'reason':'epoch'}",
        ServerFrames.gap(NEWS, new Position("a", 1), AT_8, "epoch"));
    says(
        "{'type':'live','channel':'topic:news','epoch':'k7B','seq':8}",
        ServerFrames.live(NEWS, AT_8));
    says(
        "{'type':'unsubscribed','channel':'topic:news','code':'forbidden'}",
        ServerFrames.unsubscribed(NEWS, "forbidden"));
  }

  @Test
  void answersAreEscapedWhereTheClientChoseTheText() {
    says("{'type':'reply','id':'a\\\"\\\\b','data':[1]}", ServerFrames.reply("a\"\\b", "[1]"));
    says(
        "{'type':'reply','id':'1','data':{'epoch':'k7B','seq':8,'duplicate':true}}",
        ServerFrames.publishReply("1", AT_8, true));
    says(
        "{'type':'reply','id':'1','data':{'epoch':'k7B','seq':8}}",
        ServerFrames.subscribeReply("1", AT_8, 0));
    says(
        "{'type':'reply','id':'1','data':{'epoch':'k7B','seq':8,'expiresIn':900}}",
        ServerFrames.subscribeReply("1", AT_8, 900));
  }

  @Test
  void anErrorSaysWhatToDo() {
    says(
        "{'type':'error','id':'1','code':'rate_limited','message':"
            + "'Too many requests; slow down.','retryable':true,'retryAfter':40}",
        ServerFrames.error("1", new HoldfastException(ErrorCode.RATE_LIMITED, "x"), 40, 0));
    says(
        "{'type':'error','code':'out_of_sequence','message':'say \\\"n\\\"','retryable':true,"
            + "'expected':3}",
        ServerFrames.error(
            null,
            HoldfastException.withPublicMessage(ErrorCode.OUT_OF_SEQUENCE, "say \"n\""),
            0,
            3));
  }

  @Test
  void welcomeSaysWhatTheContractPromises() {
    says(
        "{'type':'welcome','session':'s','generation':2,'connection':'c','node':'n1',"
            + "'resumed':true,'linger':120,'heartbeat':25,'limits':{'frame':65536,"
            + "'channels':256,'publishRate':100},'time':9}",
        ServerFrames.welcome(new Welcome("s", 2, "c", "n1", true, 120, 25, 65_536, 256, 100, 9)));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 100, 125, 126, 127, 65_535, 65_536, 100_000})
  void theHeaderHasTheLength(int length) throws Exception {
    byte[] body = ServerFrames.body("e", '"' + "x".repeat(length) + '"', ANN);
    EncodedFrame frame = ServerFrames.event(NEWS, "k7B", 8, 17, body);
    JsonNode read = new ObjectMapper().readTree(frame.json());

    assertEquals(length, read.get("data").textValue().length());
    assertEquals(frame.length(), frame.wire().readableBytes());
  }

  private static void says(String expected, EncodedFrame frame) {
    assertEquals(expected.replace('\'', '"'), frame.json());
  }
}
