package dev.holdfast.gateway.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.gateway.http.Contract.Operation;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class AdministeredTest {
  /** What users and services do every day, and what takes no token. */
  private static final Set<String> EVERYDAY =
      Set.of(
          "publish",
          "getPosition",
          "getPublications",
          "listSchemas",
          "getSchema",
          "createSession",
          "listSessions",
          "getSession",
          "setAttributes",
          "subscribe",
          "unsubscribe",
          "startRun",
          "getRun",
          "getRunSnapshot",
          "readRunEvents",
          "cancelRun",
          "sendToRun",
          "answerRun",
          "listAgents",
          "getAgentUsage",
          "listThreads",
          "getThread",
          "nameThread",
          "deleteThread",
          "listThreadMessages",
          "listThreadRuns",
          "getAguiInfo",
          "runAguiAgent",
          "connectToAguiThread",
          "stopAguiThread",
          "chat",
          "resumeChat",
          "stopChat",
          "claimRun",
          "appendToRun",
          "keepRun",
          "releaseRun",
          "listConnections",
          "getConnection",
          "readEvents",
          "connect",
          "createFile",
          "listFiles",
          "describeUploads",
          "downloadFile",
          "headFile",
          "appendToFile",
          "deleteFile",
          "getFileMetadata",
          "copyFile",
          "createTicket",
          "downloadByTicket",
          "headByTicket",
          "appendByTicket",
          "getPage",
          "getPageFile",
          "signIn", // in development only
          "getClient",
          "getClientMap",
          "isLive",
          "isReady",
          "isStarted",
          "getMetrics",
          "getOpenapiYaml",
          "getOpenapiJson",
          "getAsyncapi",
          "getFrameSchemas",
          "getDocs",
          "getDocsFile");

  @Test
  void whetherItAdministersIsDecidedForEveryOperation() {
    Set<String> all = new TreeSet<>();
    Contract.load().operations().stream().map(Operation::id).forEach(all::add);
    Set<String> decided = new TreeSet<>(EVERYDAY);
    assertTrue(EVERYDAY.stream().noneMatch(Administered.EVENTS::containsKey));
    decided.addAll(Administered.EVENTS.keySet());

    assertEquals(all, decided, "add it to Administered, or to EVERYDAY");
  }
}
