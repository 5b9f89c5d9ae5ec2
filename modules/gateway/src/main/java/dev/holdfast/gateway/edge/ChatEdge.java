package dev.holdfast.gateway.edge;

import dev.holdfast.agui.Json;
import dev.holdfast.core.bus.ServiceClient;
import dev.holdfast.gateway.http.ApiRequest;
import dev.holdfast.gateway.http.ApiResponse;
import dev.holdfast.gateway.http.Problem;
import dev.holdfast.gateway.stream.RunStreams;
import dev.holdfast.runs.RunFound;
import dev.holdfast.runs.RunView;
import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * Chats of the AI SDK: a chat is a thread, and what a page sends is a run of it. Whoever comes back
 * in the middle has the whole message from its beginning.
 */
public final class ChatEdge {
  private final UserRuns runs;

  public ChatEdge(ServiceClient services, RunStreams streams) {
    this.runs = new UserRuns(services, streams, true);
  }

  public Map<String, Function<ApiRequest, Future<ApiResponse>>> operations() {
    return Map.of("chat", this::send, "resumeChat", this::resume, "stopChat", this::stop);
  }

  private Future<ApiResponse> send(ApiRequest request) {
    UserRuns.check(request);
    ChatInput input = ChatInput.read(new String(request.body(), StandardCharsets.UTF_8));
    return resolved(request, input)
        .compose(
            whole ->
                runs.findOrStart(request, whole.chat(), whole.runId(), Json.text(whole.input())))
        .map(found -> answer(request, input, found));
  }

  /**
   * A regeneration that names no message is another one than the last, unless that goes on: then it
   * was sent again.
   */
  private Future<ChatInput> resolved(ApiRequest request, ChatInput input) {
    if (!input.isOpen()) {
      return Future.succeededFuture(input);
    }
    return runs.find(request, input.chat(), null)
        .map(
            last -> {
              RunView run = last.run();
              String open = input.runId() + ".";
              if (run == null) {
                return input.behind("0");
              }
              boolean again = !RunStreams.isOver(run) && run.runId().startsWith(open);
              return input.behind(again ? run.runId().substring(open.length()) : run.run());
            });
  }

  private ApiResponse answer(ApiRequest request, ChatInput input, RunFound found) {
    RunView run = found.run();
    if (run == null || found.document() != null) {
      throw Problem.of(409, "This message was answered long ago.");
    }
    String message = ChatInput.messageId(run.runId());
    return runs.stream(request, run, null, new UiFormat(message, input.calls()));
  }

  private Future<ApiResponse> resume(ApiRequest request) {
    UserRuns.check(request);
    return runs.find(request, request.path("chat"), null)
        .map(
            found -> {
              RunView run = found.run();
              if (run == null
                  || RunStreams.isOver(run)
                  || !run.agent().equals(UserRuns.agent(request))) {
                return ApiResponse.DONE;
              }
              var format = new UiFormat(ChatInput.messageId(run.runId()), Set.of());
              return runs.stream(request, run, null, format);
            });
  }

  private Future<ApiResponse> stop(ApiRequest request) {
    UserRuns.check(request);
    Json.parse(new String(request.body(), StandardCharsets.UTF_8));
    return runs.stop(request, request.path("chat"), null);
  }
}
