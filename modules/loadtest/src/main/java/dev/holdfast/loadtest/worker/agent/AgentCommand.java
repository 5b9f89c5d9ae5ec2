package dev.holdfast.loadtest.worker.agent;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.holdfast.loadtest.worker.BusMember;
import io.vertx.core.Vertx;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/**
 * A process that answers runs: reads an {@link AgentOrder} from its standard input, prints {@code
 * ready} and then {@code <run> <tokens>} for the tokens that are acknowledged. Ends with its
 * standard input.
 */
@Command(name = "agent", hidden = true, description = "Answers the runs of the load test.")
public final class AgentCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    var input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    AgentOrder order = new ObjectMapper().readValue(input.readLine(), AgentOrder.class);
    Vertx member = BusMember.join(Vertx.vertx(), order.bus()).await();
    member.deployVerticle(new AnsweringVerticle(order, this::print)).await();
    print("ready");
    while (input.readLine() != null) {
      // Its parent has nothing more to say.
    }
    return 0;
  }

  private synchronized void print(String lines) {
    spec.commandLine().getOut().println(lines);
    spec.commandLine().getOut().flush();
  }
}
