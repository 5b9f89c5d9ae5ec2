---------------------------- MODULE SessionLife ----------------------------
(* The life of one session: its record in Redis, the connections that want it, and everything that *)
(* may come late, twice or never between them. The actions have the names that the random test     *)
(* with real processes gives them. README.md says what is left out, and how to run it.             *)
EXTENDS Naturals, FiniteSets

CONSTANTS
  Nodes, Conns,
  Lost,             \* a notice may be lost on the bus
  Late,             \* an attach may be read by Redis after its asker gave up
  Kills,            \* a node may be killed
  Failovers,        \* how often Redis may go back to an older state: a replica that lagged, or the server of before
  Ends,             \* the session may be ended, by a service or after its linger
  \* What the design does; FALSE takes it away, to see that it is missed.
  GreatestWins,     \* of notices that come early a node keeps the one of the greatest generation; else the latest
  HasDeadline,      \* an attach carries a deadline in Redis' time; what is to be taken back is so after it
  LowerIsLost,      \* 'replaced' needs a greater generation in the record; anything else may come back
  GenerationsLeap,  \* on another server than the last time the generation goes up by more than one
  LeapsApart,       \* servers that go on from one copy, one after the other, leap to different generations
  Compares          \* each node compares its connections with the records, and the records with them

Nobody == "nobody"
ASSUME Nobody \notin Nodes \cup Conns

VARIABLES
  rec,      \* the record: state, gen, node, conn, and the server on which it was last attached
  copy,     \* what a replica has of it
  conn,     \* of each connection: state (idle, asking, open, closed), node, gen, and why it was closed
  attach,   \* of each connection: where its attach is (none, sent, done)
  passed,   \* the connections whose attach is past its deadline
  takeBack, \* the connections whose attachment is to be taken back: those that left, and attaches that failed
  notices,  \* on the bus, to a node: the generation that is over, and why
  early,    \* of each node: the generation of the notice kept for connections that are not open yet
  up,       \* the nodes that live
  failed,   \* how often Redis went back
  over      \* for the properties alone: the connections over which another attached

vars == <<rec, copy, conn, attach, passed, takeBack, notices, early, up, failed, over>>

None == [state |-> "none", gen |-> 0, node |-> Nobody, conn |-> Nobody, server |-> 0]

Init ==
  /\ rec = [None EXCEPT !.state = "detached", !.gen = 1]
  /\ copy = rec
  /\ conn = [c \in Conns |-> [state |-> "idle", node |-> Nobody, gen |-> 0, why |-> ""]]
  /\ attach = [c \in Conns |-> "none"]
  /\ passed = {} /\ takeBack = {} /\ notices = {}
  /\ early = [n \in Nodes |-> 0]
  /\ up = Nodes
  /\ failed = 0 /\ over = {}

Server == failed
Leap == (IF LeapsApart THEN Server ELSE 1) * (Cardinality(Conns) + 1)
NextGen == rec.gen + (IF GenerationsLeap /\ rec.server # Server THEN Leap ELSE 1)
Open(c) == conn[c].state = "open"
Alive == rec.state \in {"attached", "detached"}
Closed(c, why) == [conn EXCEPT ![c].state = "closed", ![c].why = why]

(* What the script answers to a write that connection c carries with its generation. *)
Verdict(c) ==
  IF rec.state = "none" THEN (IF LowerIsLost THEN "lost" ELSE "replaced")
  ELSE IF rec.gen > conn[c].gen THEN "replaced"
  ELSE IF rec.gen < conn[c].gen THEN (IF LowerIsLost THEN "lost" ELSE "replaced")
  ELSE IF rec.state = "ended" THEN "ended"
  ELSE IF rec.state = "detached" THEN "lost"
  ELSE "ok"

----------------------------------------------------------------------------
(* A client resumes the session at a node: its attach is sent to Redis. *)
Resume(c, n) ==
  /\ conn[c].state = "idle" /\ n \in up
  /\ conn' = [conn EXCEPT ![c].state = "asking", ![c].node = n]
  /\ attach' = [attach EXCEPT ![c] = "sent"]
  /\ UNCHANGED <<rec, copy, passed, takeBack, notices, early, up, failed, over>>

(* Redis reads the attach; who held the session is sent a notice. *)
Attach(c) ==
  /\ attach[c] = "sent"
  /\ conn[c].state = "asking" \/ Late
  /\ attach' = [attach EXCEPT ![c] = "done"]
  /\ IF Alive /\ ~(HasDeadline /\ c \in passed)
     THEN /\ rec' = [state |-> "attached", gen |-> NextGen, node |-> conn[c].node, conn |-> c, server |-> Server]
          /\ conn' = IF conn[c].state = "asking" THEN [conn EXCEPT ![c].gen = NextGen] ELSE conn
          /\ notices' = IF rec.state = "attached" /\ conn[c].node \in up
                        THEN notices \cup {[node |-> rec.node, gen |-> rec.gen, why |-> "replaced"]}
                        ELSE notices
          /\ over' = IF rec.state = "attached" THEN over \cup {rec.conn} ELSE over
     ELSE /\ conn' = IF conn[c].state = "asking" THEN Closed(c, "lost") ELSE conn
          /\ UNCHANGED <<rec, notices, over>>
  /\ UNCHANGED <<copy, passed, takeBack, early, up, failed>>

(* The gateway hears that the attach is done: welcome, unless a notice was faster. *)
Welcome(c) ==
  /\ conn[c].state = "asking" /\ attach[c] = "done"
  /\ conn' = IF early[conn[c].node] >= conn[c].gen THEN Closed(c, "replaced") ELSE [conn EXCEPT ![c].state = "open"]
  /\ UNCHANGED <<rec, copy, attach, passed, takeBack, notices, early, up, failed, over>>

(* The asker waits no longer: what may have happened is to be taken back. *)
GiveUp(c) ==
  /\ conn[c].state = "asking"
  /\ Late
  /\ conn' = Closed(c, "lost")
  /\ takeBack' = takeBack \cup {c}
  /\ UNCHANGED <<rec, copy, attach, passed, notices, early, up, failed, over>>

Pass(c) ==
  /\ attach[c] = "sent" /\ c \notin passed
  /\ passed' = passed \cup {c}
  /\ UNCHANGED <<rec, copy, conn, attach, takeBack, notices, early, up, failed, over>>

(* The client closes its socket, or vanishes. *)
Cut(c) ==
  /\ Open(c)
  /\ conn' = Closed(c, "left")
  /\ takeBack' = takeBack \cup {c}
  /\ UNCHANGED <<rec, copy, attach, passed, notices, early, up, failed, over>>

(* The node detaches what has gone; tried until Redis answers. With a deadline, after it for the last time. *)
Detach(c) ==
  /\ c \in takeBack
  /\ HasDeadline => (attach[c] = "done" \/ c \in passed)
  /\ takeBack' = takeBack \ {c}
  /\ rec' = IF rec.state = "attached" /\ rec.conn = c
            THEN [rec EXCEPT !.state = "detached", !.node = Nobody, !.conn = Nobody] ELSE rec
  /\ UNCHANGED <<copy, conn, attach, passed, notices, early, up, failed, over>>

(* A notice arrives: at once for who is open, kept for who is not yet. *)
Notice(m) ==
  /\ m \in notices
  /\ notices' = notices \ {m}
  /\ conn' = [c \in Conns |-> IF Open(c) /\ conn[c].node = m.node /\ m.gen >= conn[c].gen
                              THEN [conn[c] EXCEPT !.state = "closed", !.why = m.why] ELSE conn[c]]
  /\ early' = IF m.why # "replaced" \/ (GreatestWins /\ m.gen < early[m.node]) THEN early
              ELSE [early EXCEPT ![m.node] = m.gen]
  /\ UNCHANGED <<rec, copy, attach, passed, takeBack, up, failed, over>>

LoseNotice(m) ==
  /\ Lost /\ m \in notices
  /\ notices' = notices \ {m}
  /\ UNCHANGED <<rec, copy, conn, attach, passed, takeBack, early, up, failed, over>>

(* The client writes: publishes, acks, subscribes. *)
Write(c) ==
  /\ Open(c) /\ Verdict(c) # "ok"
  /\ conn' = Closed(c, Verdict(c))
  /\ UNCHANGED <<rec, copy, attach, passed, takeBack, notices, early, up, failed, over>>

(* Each minute: a connection that the record does not know closes. *)
CompareConnection(c) ==
  /\ Compares
  /\ Open(c) /\ Verdict(c) # "ok"
  /\ conn' = Closed(c, Verdict(c))
  /\ UNCHANGED <<rec, copy, attach, passed, takeBack, notices, early, up, failed, over>>

(* Each round of upkeep: a record that names this node and a connection that it does not have is detached. *)
CompareRecord(n) ==
  /\ Compares
  /\ n \in up /\ rec.state = "attached" /\ rec.node = n
  /\ conn[rec.conn].state \notin {"open", "asking"}
  /\ rec' = [rec EXCEPT !.state = "detached", !.node = Nobody, !.conn = Nobody]
  /\ UNCHANGED <<copy, conn, attach, passed, takeBack, notices, early, up, failed, over>>

Kill(n) ==
  /\ Kills /\ up = Nodes
  /\ up' = up \ {n}
  /\ conn' = [c \in Conns |-> IF conn[c].node = n /\ conn[c].state \in {"open", "asking"}
                              THEN [conn[c] EXCEPT !.state = "closed", !.why = "killed"] ELSE conn[c]]
  /\ takeBack' = {c \in takeBack : conn[c].node # n}
  /\ notices' = {m \in notices : m.node # n}
  /\ early' = [early EXCEPT ![n] = 0]
  /\ UNCHANGED <<rec, copy, attach, passed, failed, over>>

(* A survivor detaches what is attached to a dead node; looked at again for an hour. *)
Reap(n) ==
  /\ n \notin up /\ rec.state = "attached" /\ rec.node = n
  /\ rec' = [rec EXCEPT !.state = "detached", !.node = Nobody, !.conn = Nobody]
  /\ UNCHANGED <<copy, conn, attach, passed, takeBack, notices, early, up, failed, over>>

(* A service closes it, or its linger is over with nobody attached. *)
End ==
  /\ Ends /\ Alive
  /\ rec' = [rec EXCEPT !.state = "ended"]
  /\ notices' = IF rec.state = "attached"
                THEN notices \cup {[node |-> rec.node, gen |-> rec.gen, why |-> "ended"]} ELSE notices
  /\ UNCHANGED <<copy, conn, attach, passed, takeBack, early, up, failed, over>>

Delete ==
  /\ rec.state = "ended"
  /\ rec' = None
  /\ UNCHANGED <<copy, conn, attach, passed, takeBack, notices, early, up, failed, over>>

Replicate ==
  /\ Failovers > 0 /\ failed = 0 /\ copy # rec
  /\ copy' = rec
  /\ UNCHANGED <<rec, conn, attach, passed, takeBack, notices, early, up, failed, over>>

(* The replica takes over; what it had not got is gone. And back, where what it got meanwhile is gone. *)
FailOver ==
  /\ failed < Failovers
  /\ failed' = failed + 1 /\ rec' = copy
  /\ UNCHANGED <<copy, conn, attach, passed, takeBack, notices, early, up, over>>

Next ==
  \/ \E c \in Conns : \/ \E n \in Nodes : Resume(c, n)
                      \/ Attach(c) \/ Welcome(c) \/ GiveUp(c) \/ Pass(c) \/ Cut(c) \/ Detach(c)
                      \/ Write(c) \/ CompareConnection(c)
  \/ \E m \in notices : Notice(m) \/ LoseNotice(m)
  \/ \E n \in Nodes : Kill(n) \/ Reap(n) \/ CompareRecord(n)
  \/ End \/ Delete \/ Replicate \/ FailOver

(* What happens in the end: an asker gets an answer or gives up, what is due is done. Nobody has to write. *)
Fairness ==
  /\ \A c \in Conns : /\ WF_vars(Attach(c)) /\ WF_vars(Welcome(c)) /\ WF_vars(Pass(c))
                      /\ WF_vars(Detach(c)) /\ WF_vars(CompareConnection(c))
  /\ \A n \in Nodes : WF_vars(Reap(n)) /\ WF_vars(CompareRecord(n))
  /\ WF_vars(\E m \in notices : Notice(m) \/ LoseNotice(m))

Spec == Init /\ [][Next]_vars /\ Fairness

----------------------------------------------------------------------------
(* Of all open connections, one at most may write as the session. *)
OneWriter == Cardinality({c \in Conns : Open(c) /\ Verdict(c) = "ok"}) <= 1

(* 'replaced' says: do not come back. It is said only where another attachment is known. *)
ReplacedByAnother ==
  [][\A c \in Conns :
      (conn[c].state \in {"open", "asking"} /\ conn'[c].state = "closed" /\ conn'[c].why = "replaced")
        => c \in over \/ rec.gen > conn[c].gen]_vars

(* A connection that the record does not know is closed, although it never writes. *)
SupersededIsClosed == \A c \in Conns : (Open(c) /\ Verdict(c) # "ok") ~> (~Open(c) \/ Verdict(c) = "ok")

(* A session is not left attached to a connection that nobody has. *)
Dangling == rec.state = "attached" /\ conn[rec.conn].state \notin {"open", "asking"}
NothingDangles == Dangling ~> ~Dangling

(* An attach whose asker was told that it failed, and that was taken back, throws out nobody. *)
NoZombie ==
  [][\A c \in Conns : (rec'.conn = c /\ rec.conn # c /\ rec'.state = "attached")
       => (conn[c].state = "asking" \/ c \in takeBack \/ conn[c].node \notin up \/ failed' # failed)]_vars
=============================================================================
