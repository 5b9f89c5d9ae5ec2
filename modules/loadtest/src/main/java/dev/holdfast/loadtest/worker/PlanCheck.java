package dev.holdfast.loadtest.worker;

import dev.holdfast.core.ChannelName;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.Names;
import dev.holdfast.loadtest.plan.Address;
import dev.holdfast.loadtest.plan.Calls;
import dev.holdfast.loadtest.plan.Flow;
import dev.holdfast.loadtest.plan.Group;
import dev.holdfast.loadtest.plan.Plan;
import dev.holdfast.loadtest.plan.ToWorker;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** Finds what a worker could not do of what it is assigned. */
final class PlanCheck {
  private static final Pattern RUN = Pattern.compile("[A-Za-z0-9]{1,64}");
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9-]{1,32}");
  private static final int LEAST_PAYLOAD = 60;
  private static final int MOST_PAYLOAD = 60_000;

  private final Plan plan;
  private final List<String> problems = new ArrayList<>();
  private final Set<String> groups = new HashSet<>();

  private PlanCheck(Plan plan) {
    this.plan = plan;
  }

  /** Returns all problems; empty if there are none. */
  static List<String> problems(ToWorker.Assign assign) {
    if (assign.plan() == null) {
      return List.of("plan: missing");
    }
    var check = new PlanCheck(assign.plan());
    boolean placed = assign.worker() >= 0 && assign.worker() < assign.workers();
    check.require(placed, "worker: 0 to less than workers");
    check.all();
    return check.problems;
  }

  private void all() {
    require(plan.run() != null && RUN.matcher(plan.run()).matches(), "run: letters and digits");
    require(plan.connectRate() >= 0 && plan.patience() >= 0, "rate and patience: not below 0");
    address(plan.address());
    plan.groups().forEach(this::group);
    Set<String> names = new HashSet<>();
    plan.flows().forEach(flow -> flow(flow, names));
    plan.calls().forEach(calls -> calls(calls, names));
  }

  private void address(Address address) {
    if (address == null || address.urls().isEmpty()) {
      problems.add("address: at least one URL");
      return;
    }
    address
        .urls()
        .forEach(
            url ->
                require(
                    url.getHost() != null && ("" + url.getScheme()).matches("https?|wss?"),
                    "address: not an address of a node: " + url));
    boolean known = address.token() != null || address.secret() != null;
    boolean needed = plan.groups().stream().anyMatch(group -> group.kind() != Group.Kind.BARE);
    require(known || !needed, "address: a token, or the secret to sign them");
  }

  private void group(Group group) {
    boolean named = group.name() != null && NAME.matcher(group.name()).matches();
    require(named && groups.add(group.name()), "group: bad or doubled name: " + group.name());
    boolean counted = group.clients() >= 0 && group.topics() >= 0 && group.kind() != null;
    require(counted, "group " + group.name() + ": kind, and counts not below 0");
    try {
      Names.tenant(group.tenant());
    } catch (HoldfastException | NullPointerException e) {
      problems.add("group " + group.name() + ": " + e.getMessage());
    }
  }

  private void flow(Flow flow, Set<String> names) {
    String what = "flow " + flow.name() + ": ";
    require(flow.name() != null && names.add(flow.name()), what + "bad or doubled name");
    require(paced(flow.rate(), flow.window()), what + "a rate or a window");
    boolean sized = flow.payload() >= LEAST_PAYLOAD && flow.payload() <= MOST_PAYLOAD;
    require(sized, what + "payload: " + LEAST_PAYLOAD + " to " + MOST_PAYLOAD);
    boolean onBus = flow.via() == Flow.Via.BUS;
    require(flow.via() != null && flow.target() != null, what + "via and target");
    require(!onBus || joins(), what + "there is no bus to be joined");
    if (groups.contains(flow.group()) && flow.target() != null) {
      channels(flow, plan.group(flow.group()), what);
    } else {
      problems.add(what + "there is no group " + flow.group());
    }
  }

  private void channels(Flow flow, Group group, String what) {
    require(group.kind() != Group.Kind.BARE, what + "a bare group has its own server");
    boolean toRuns = flow.target() == Flow.Target.RUN;
    require(group.kind().chats() == toRuns, what + "runs go with a group that chats");
    int most =
        switch (flow.target()) {
          case TENANT -> 1;
          case USER, RUN -> group.clients();
          case TOPIC -> group.topics();
        };
    require(flow.channels() >= 1 && flow.channels() <= most, what + "channels: 1 to " + most);
    try {
      ChannelName.parse(flow.channel(group, 0));
    } catch (HoldfastException e) {
      problems.add(what + e.getMessage());
    }
  }

  private void calls(Calls calls, Set<String> names) {
    String what = "calls " + calls.name() + ": ";
    require(calls.name() != null && names.add(calls.name()), what + "bad or doubled name");
    require(paced(calls.rate(), calls.window()), what + "a rate or a window");
    require(calls.operation() != null, what + "operation");
    require(groups.contains(calls.group()), what + "there is no group " + calls.group());
    require(joins(), what + "there is no bus to be joined");
  }

  private boolean joins() {
    return plan.address() != null && plan.address().bus() != null;
  }

  private static boolean paced(double rate, int window) {
    return rate > 0 && window == 0 || rate == 0 && window > 0;
  }

  private void require(boolean holds, String problem) {
    if (!holds) {
      problems.add(problem);
    }
  }
}
