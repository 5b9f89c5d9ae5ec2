package dev.holdfast.gateway.isolation;

import dev.holdfast.channels.ChannelMessage;
import dev.holdfast.channels.ConsumerMessage;
import dev.holdfast.channels.ConsumerRef;
import dev.holdfast.channels.PublishKeyed;
import dev.holdfast.channels.Publisher;
import dev.holdfast.channels.schemas.SchemaMessage;
import dev.holdfast.channels.schemas.SchemaName;
import dev.holdfast.connections.ConnectionMessage;
import dev.holdfast.connections.ConnectionMessage.Selection;
import dev.holdfast.connections.usage.UsageMessage;
import dev.holdfast.core.BusMessage;
import dev.holdfast.core.Caller;
import dev.holdfast.core.Channel;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.NodeId;
import dev.holdfast.core.ServiceRequest;
import dev.holdfast.files.FileAnswer;
import dev.holdfast.files.FileMessage;
import dev.holdfast.files.FileMessage.Purpose;
import dev.holdfast.files.FileSpec;
import dev.holdfast.files.TransferMessage;
import dev.holdfast.runs.Busy;
import dev.holdfast.runs.InboxEntry;
import dev.holdfast.runs.RunMessage;
import dev.holdfast.runs.ThreadMessage;
import dev.holdfast.runs.WorkMessage;
import dev.holdfast.sessions.ConnectionInfo;
import dev.holdfast.sessions.SessionMessage;
import dev.holdfast.sessions.SessionRef;
import dev.holdfast.tenants.TenantMessage;
import dev.holdfast.tokens.IssuerMessage;
import dev.holdfast.tokens.RevocationMessage;
import dev.holdfast.tokens.TokenRef;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * For every type of message on the bus, one that asks about things. To add a message, add a line;
 * if none but nodes may send it, to {@link #OF_NODES} as well.
 */
final class BusCases {
  /** What only nodes say, among themselves: it names no caller. */
  static final Set<Class<?>> UNNAMED =
      Set.of(
          SessionMessage.Detach.class,
          SessionMessage.StoreCursors.class,
          SessionMessage.Subscribe.class,
          SessionMessage.Unsubscribe.class,
          SessionMessage.NotePublishing.class,
          SessionMessage.Refresh.class,
          SessionMessage.Views.class,
          SessionMessage.Sweep.class,
          SessionMessage.Reap.class,
          SessionMessage.Renew.class,
          ChannelMessage.Fence.class);

  /** Answers that name a caller: credentials let a service name itself alone in them. */
  static final Set<Class<?>> NAMED_ANSWERS = Set.of(FileAnswer.Redeemed.class);

  /** What credentials of a service never open. */
  static final Set<Class<?>> OF_NODES = new HashSet<>(UNNAMED);

  static final Map<Class<?>, Function<Asked, BusMessage<?>>> ALL = new LinkedHashMap<>();

  private static final NodeId NODE = new NodeId("n", 1);
  private static final long LEASE = 10_000;

  static {
    OF_NODES.add(SessionMessage.Attach.class); // in the name of a user
    OF_NODES.add(RunMessage.Find.class); // so is this
    sessions();
    between();
    channels();
    consumers();
    connections();
    files();
    transfers();
    runs();
  }

  private BusCases() {}

  /** Who asks, about which tenant. */
  record Asked(Caller caller, String tenant, Things things) {
    Caller.Service service() {
      return (Caller.Service) caller;
    }

    String thing(String kind) {
      return things.get(kind);
    }

    SessionRef session() {
      return new SessionRef(tenant, thing("session"), 1);
    }

    Channel topic() {
      return new Channel(tenant, ChannelName.topic(thing("topic")));
    }

    Channel own() {
      return new Channel(tenant, ChannelName.user(thing("user")));
    }

    ConsumerRef consumer() {
      return new ConsumerRef(topic(), thing("consumer"), "o", 1);
    }

    FileSpec spec() {
      return new FileSpec("x", 1, null, null, thing("user"), thing("session"), null, 0);
    }

    long generation() {
      return Long.parseLong(thing("generation"));
    }
  }

  static <M extends BusMessage<?>> void add(Class<M> type, Function<Asked, M> make) {
    ALL.put(type, make::apply);
  }

  private static void sessions() {
    var connection = new ConnectionInfo("c", "t/1", "127.0.0.1", 0);
    add(
        SessionMessage.Attach.class,
        a ->
            new SessionMessage.Attach(
                (Caller.User) a.caller, a.thing("session"), NODE, connection));
    add(
        SessionMessage.Create.class,
        a -> new SessionMessage.Create(a.caller, a.tenant, a.thing("user"), Map.of()));
    add(
        SessionMessage.Get.class,
        a -> new SessionMessage.Get(a.caller, a.tenant, a.thing("session")));
    add(
        SessionMessage.SetAttributes.class,
        a ->
            new SessionMessage.SetAttributes(
                a.caller, a.tenant, a.thing("session"), 0, Map.of("a", "b")));
    add(
        SessionMessage.Touch.class,
        a -> new SessionMessage.Touch(a.caller, a.tenant, a.thing("session")));
    add(
        SessionMessage.ListSessions.class,
        a -> new SessionMessage.ListSessions(a.caller, a.tenant, a.thing("user"), "", 9));
    add(
        SessionMessage.Close.class,
        a -> new SessionMessage.Close(a.caller, a.tenant, a.thing("session"), "revoked"));
    add(
        RevocationMessage.Revoke.class,
        a -> new RevocationMessage.Revoke(a.caller, a.tenant, a.thing("user"), null, 1, 0));
    add(ServiceRequest.class, a -> new ServiceRequest(a.caller, a.thing("session"), "m", "1"));
  }

  private static void between() {
    add(SessionMessage.Detach.class, a -> new SessionMessage.Detach(a.session(), NODE, Map.of()));
    add(SessionMessage.StoreCursors.class, a -> new SessionMessage.StoreCursors(List.of()));
    add(SessionMessage.Subscribe.class, a -> new SessionMessage.Subscribe(a.session(), Map.of()));
    add(
        SessionMessage.Unsubscribe.class,
        a -> new SessionMessage.Unsubscribe(a.session(), ChannelName.TENANT, false));
    add(
        SessionMessage.NotePublishing.class,
        a -> new SessionMessage.NotePublishing(a.session(), ChannelName.TENANT, null));
    add(
        SessionMessage.Refresh.class,
        a -> new SessionMessage.Refresh(a.session(), new TokenRef("digest", 0), List.of()));
    add(
        SessionMessage.Views.class,
        a -> new SessionMessage.Views(a.tenant, List.of(a.thing("session"))));
    add(SessionMessage.Sweep.class, a -> new SessionMessage.Sweep(List.of(1), Set.of()));
    add(SessionMessage.Reap.class, a -> new SessionMessage.Reap(NODE, 1));
    add(SessionMessage.Renew.class, a -> new SessionMessage.Renew(NODE, ""));
    add(ChannelMessage.Fence.class, a -> new ChannelMessage.Fence(a.session(), Set.of()));
  }

  private static void channels() {
    var item = new ChannelMessage.Item(1, "e", "1", false);
    add(
        ChannelMessage.Publish.class,
        a ->
            new ChannelMessage.Publish(
                a.caller, a.thing("session"), a.own(), new Publisher("p", 1), List.of(item)));
    add(
        PublishKeyed.class,
        a ->
            new PublishKeyed(
                a.caller, a.topic(), List.of(new PublishKeyed.Entry("k", "e", "1", false))));
    add(
        ChannelMessage.History.class,
        a -> new ChannelMessage.History(a.caller, a.topic(), null, 9));
    add(
        ChannelMessage.SubscribeSession.class,
        a -> new ChannelMessage.SubscribeSession(a.caller, a.thing("session"), a.topic(), true));
    add(
        ChannelMessage.UnsubscribeSession.class,
        a -> new ChannelMessage.UnsubscribeSession(a.caller, a.thing("session"), a.topic()));
    var schema = new SchemaName("e", 1);
    add(
        SchemaMessage.Register.class,
        a -> new SchemaMessage.Register(a.caller, a.tenant, schema, "{}"));
    add(SchemaMessage.Remove.class, a -> new SchemaMessage.Remove(a.caller, a.tenant, schema));
    add(SchemaMessage.ListAll.class, a -> new SchemaMessage.ListAll(a.caller, a.tenant));
    add(
        SchemaMessage.Get.class,
        a -> new SchemaMessage.Get(a.caller, a.tenant, new SchemaName(a.thing("event"), 1)));
  }

  private static void consumers() {
    add(
        ConsumerMessage.Claim.class,
        a -> new ConsumerMessage.Claim(a.caller, a.topic(), a.thing("consumer"), "o", LEASE, true));
    add(
        ConsumerMessage.Commit.class,
        a -> new ConsumerMessage.Commit(a.caller, a.consumer(), null, LEASE));
    add(ConsumerMessage.Release.class, a -> new ConsumerMessage.Release(a.caller, a.consumer()));
    add(
        ConsumerMessage.Fetch.class,
        a -> new ConsumerMessage.Fetch(a.caller, a.topic(), null, 9, 0));
  }

  private static void connections() {
    add(
        ConnectionMessage.Find.class,
        a -> new ConnectionMessage.Find(a.caller, a.tenant, a.thing("session")));
    add(
        ConnectionMessage.ListConnections.class,
        a -> new ConnectionMessage.ListConnections(a.caller, of(a), "", 9));
    add(ConnectionMessage.Count.class, a -> new ConnectionMessage.Count(a.caller, of(a)));
    add(
        ConnectionMessage.Disconnect.class,
        a -> new ConnectionMessage.Disconnect(a.caller, a.tenant, a.thing("session"), "r"));
    add(ConnectionMessage.Nodes.class, a -> new ConnectionMessage.Nodes(a.caller));
    add(TenantMessage.Show.class, a -> new TenantMessage.Show(a.caller, a.tenant));
    add(TenantMessage.ListTenants.class, a -> new TenantMessage.ListTenants(a.caller, "", 9));
    add(
        TenantMessage.Change.class,
        a -> new TenantMessage.Change(a.caller, a.tenant, TenantMessage.Act.SUSPEND));
    add(IssuerMessage.Put.class, a -> new IssuerMessage.Put(a.caller, "{}"));
    add(IssuerMessage.Remove.class, a -> new IssuerMessage.Remove(a.caller, "https://id.example"));
    add(IssuerMessage.ListIssuers.class, a -> new IssuerMessage.ListIssuers(a.caller, "", 9));
    add(UsageMessage.Show.class, a -> new UsageMessage.Show(a.caller, a.tenant, 9));
    add(UsageMessage.Days.class, a -> new UsageMessage.Days(a.caller, a.tenant, 9));
    add(
        UsageMessage.Erase.class,
        a -> new UsageMessage.Erase(a.caller, a.tenant, a.thing("user"), null, ""));
    add(
        UsageMessage.Export.class,
        a -> new UsageMessage.Export(a.caller, a.tenant, a.thing("user"), "e", 0));
    add(UsageMessage.LeaveExport.class, a -> new UsageMessage.LeaveExport(a.caller, "e"));
  }

  private static Selection of(Asked a) {
    return new Selection(a.tenant, a.thing("user"), null);
  }

  private static void files() {
    add(FileMessage.Create.class, a -> new FileMessage.Create(a.caller, a.tenant, a.spec()));
    add(
        FileMessage.Append.class,
        a -> new FileMessage.Append(a.caller, a.tenant, a.thing("upload"), 0, new byte[1]));
    add(FileMessage.Stat.class, a -> new FileMessage.Stat(a.caller, a.tenant, a.thing("file")));
    add(
        FileMessage.ListFiles.class,
        a -> new FileMessage.ListFiles(a.caller, a.tenant, a.thing("user"), null, "", "", 9));
    add(
        FileMessage.Read.class,
        a -> new FileMessage.Read(a.caller, a.tenant, a.thing("file"), 0, 9));
    add(
        FileMessage.IssueTicket.class,
        a ->
            new FileMessage.IssueTicket(
                a.caller, a.tenant, a.thing("file"), Purpose.DOWNLOAD, 60_000));
    add(
        FileMessage.Copy.class,
        a -> new FileMessage.Copy(a.caller, a.tenant, a.thing("file"), null));
    add(FileMessage.Delete.class, a -> new FileMessage.Delete(a.caller, a.tenant, a.thing("file")));
    add(FileMessage.EraseTenant.class, a -> new FileMessage.EraseTenant(a.caller, a.tenant));
  }

  private static void transfers() {
    add(TransferMessage.Begin.class, a -> new TransferMessage.Begin(a.caller, a.tenant, a.spec()));
    add(
        TransferMessage.Claim.class,
        a -> new TransferMessage.Claim(a.caller, a.tenant, a.thing("upload"), 0));
    add(
        TransferMessage.Advance.class,
        a ->
            new TransferMessage.Advance(
                a.caller, a.tenant, a.thing("upload"), 1, 1, 1, false, null));
    add(
        TransferMessage.Locate.class,
        a -> new TransferMessage.Locate(a.caller, a.tenant, a.thing("file")));
    add(
        TransferMessage.Redeem.class,
        a -> new TransferMessage.Redeem(a.caller, a.tenant, a.thing("ticket"), Purpose.DOWNLOAD));
    add(TransferMessage.Audit.class, a -> new TransferMessage.Audit(a.caller));
  }

  private static void runs() {
    add(
        RunMessage.Start.class,
        a ->
            new RunMessage.Start(
                a.caller,
                a.tenant,
                a.thing("user"),
                a.thing("agent"),
                "t",
                "r",
                "{}",
                false,
                Busy.INTERRUPT));
    add(RunMessage.Get.class, a -> new RunMessage.Get(a.caller, a.tenant, a.thing("run")));
    add(
        RunMessage.Find.class,
        a -> new RunMessage.Find((Caller.User) a.caller, a.tenant, a.thing("thread"), null));
    add(
        RunMessage.Snapshot.class,
        a -> new RunMessage.Snapshot(a.caller, a.tenant, a.thing("run")));
    add(
        RunMessage.Cancel.class,
        a -> new RunMessage.Cancel(a.caller, a.tenant, a.thing("run"), "r"));
    String said = "{\"id\":\"q9\",\"status\":\"resolved\"}";
    add(
        RunMessage.Say.class,
        a ->
            new RunMessage.Say(
                a.caller, a.tenant, a.thing("run"), InboxEntry.Kind.ANSWER, List.of(said)));
    AgentCases.add();
    threads();
    work();
  }

  private static void work() {
    add(WorkMessage.Claim.class, a -> new WorkMessage.Claim(a.service(), a.thing("agent"), "w", 0));
    add(
        WorkMessage.Events.class,
        a ->
            new WorkMessage.Events(
                a.service(), a.tenant, a.thing("run"), a.generation(), 1, List.of("{}")));
    add(
        WorkMessage.Beat.class,
        a ->
            new WorkMessage.Beat(
                a.service(), a.tenant, a.thing("run"), a.generation(), null, 0, 0L));
    add(
        WorkMessage.Release.class,
        a -> new WorkMessage.Release(a.service(), a.tenant, a.thing("run"), a.generation()));
  }

  private static void threads() {
    add(
        ThreadMessage.ListThreads.class,
        a -> new ThreadMessage.ListThreads(a.caller, a.tenant, a.thing("user"), "", 9));
    add(
        ThreadMessage.ShowThread.class,
        a -> new ThreadMessage.ShowThread(a.caller, a.tenant, a.thing("user"), a.thing("thread")));
    add(
        ThreadMessage.NameThread.class,
        a ->
            new ThreadMessage.NameThread(
                a.caller, a.tenant, a.thing("user"), a.thing("thread"), "mine"));
    add(
        ThreadMessage.DeleteThread.class,
        a ->
            new ThreadMessage.DeleteThread(a.caller, a.tenant, a.thing("user"), a.thing("thread")));
    add(
        ThreadMessage.ListMessages.class,
        a ->
            new ThreadMessage.ListMessages(
                a.caller, a.tenant, a.thing("user"), a.thing("thread"), null, 9, 99));
    add(
        ThreadMessage.ListRuns.class,
        a -> new ThreadMessage.ListRuns(a.caller, a.tenant, a.thing("user"), a.thing("thread"), 9));
  }
}
