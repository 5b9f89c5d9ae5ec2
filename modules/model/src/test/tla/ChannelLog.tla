----------------------------- MODULE ChannelLog -----------------------------
(* One channel's log in Redis and one node that reads it: appends, hints that come late or never,   *)
(* checks of the position, reads behind a cursor, trimming, idle times, and failovers to a replica   *)
(* that lagged, and back. README.md says what is left out, and how to run it.                        *)
EXTENDS Naturals, Sequences, FiniteSets

CONSTANTS
  Appends,          \* how many publications at most
  Promotions,       \* how many failovers at most; after each one, the old primary is the replica
  Most,             \* how many entries the log keeps
  Lost,             \* a hint may be lost; the next batch's number, or the beat, says so
  Fails,            \* how often a look at the journal may fail
  Idles,            \* the stream may go by its TTL, as nothing was appended for the retention's age
  Leaves,           \* the reader may be away for a while, without its node's hints
  Lapses,           \* how often a log that nothing was published to goes, as nobody is interested in it
  \* What the design does; FALSE takes it away, to see that it is missed.
  TokenChanges,     \* the token of a log's server changes with each promotion; else it is the process' run id
  BytesStartAnew,   \* what a log holds is counted anew when its stream has gone
  StampsEmpty,      \* the epoch of a log that begins without a publication says so
  ChecksAgain,      \* a loss that is noticed while a check is under way is followed by another check
  KeepsSince        \* a look that fails is repeated from where it began

Servers == {"m1", "m2"}
Gone == 99          \* the epoch of a log that is not there
Never == 99         \* the time from which nothing is to be looked for

VARIABLES
  log,        \* of each server: epoch, token, forks, entries (all since the beginning), head (how many of them are
              \* gone), bytes (as counted; each entry is one), noted (the time of the last note in the journal)
  primary, promoted,  \* the server in charge, and how often there was a new one
  epochs,     \* how many epochs there were
  clock,      \* the time: how many appends there were, where a hint may be lost
  stamped,    \* epochs of logs that began without a publication
  hints,      \* under way to the node: epoch, seq, value
  missing,    \* whether the node has been told that a hint was lost
  since,      \* the time up to which all hints came, or were looked for
  owed, look, \* the time from which the journal is to be looked at; none, sent from a time, or what was found
  fails,      \* how many looks have failed
  check,      \* none, sent, or the position that Redis answered
  again,      \* whether another check follows
  last,       \* the position of the node's reader
  reads,      \* whether it is to read the log
  away,       \* whether the reader is away
  seen, told, \* the values that it was given, and those that a gap covers
  alarmed     \* whether it was told a gap though it had seen nothing, nothing was gone, and no server was lost

vars == <<log, primary, promoted, epochs, clock, stamped, hints, missing, since, owed, look, fails, check, again, last, reads, away, seen, told, alarmed>>
redis == <<log, primary, promoted, epochs, clock, stamped>>
looks == <<since, owed, look, fails>>
node == <<since, owed, look, fails, check, again, last, reads, away, seen, told, alarmed>>

Max(a, b) == IF a > b THEN a ELSE b
Min(a, b) == IF a < b THEN a ELSE b
Range(s, from, to) == {s[i] : i \in from..to}

Token == <<primary, IF TokenChanges THEN promoted ELSE 0>>
Top(l) == Len(l.entries)
Retained(l) == Top(l) - l.head

Init ==
  /\ log = [s \in Servers |-> [epoch |-> 0, token |-> <<"m1", 0>>, forks |-> {}, entries |-> <<>>, head |-> 0, bytes |-> 0,
                             noted |-> 0]]
  /\ primary = "m1" /\ promoted = 0 /\ epochs = 0 /\ clock = 0
  /\ stamped = {0}
  /\ hints = {} /\ missing = FALSE
  /\ since = 0 /\ owed = Never /\ look = [state |-> "none"] /\ fails = 0
  /\ check = [state |-> "none"] /\ again = FALSE
  /\ last = [epoch |-> 0, seq |-> 0] /\ reads = FALSE /\ away = FALSE
  /\ seen = {} /\ told = {} /\ alarmed = FALSE

(* The log, brought in force: on a server that it was not last written on it goes on in a new epoch, behind a fork. *)
Opened ==
  LET l == log[primary] IN
  IF l.epoch = Gone THEN [l EXCEPT !.epoch = epochs + 1, !.token = Token]
  ELSE IF l.token = Token THEN l
  ELSE [l EXCEPT !.epoch = epochs + 1, !.token = Token, !.forks = @ \cup {[epoch |-> l.epoch, top |-> Top(l)]}]

Forked == IF log[primary].epoch # Gone /\ log[primary].token = Token THEN epochs ELSE epochs + 1

(* What is asked of a log that is gone begins it, without a publication. *)
Stamped == IF log[primary].epoch = Gone THEN stamped \cup {epochs + 1} ELSE stamped

----------------------------------------------------------------------------
(* What was published as far as anybody knows; the next publication is the least that was not. *)
Known == UNION {Range(log[s].entries, 1, Top(log[s])) : s \in Servers} \cup seen \cup told

Publish(v) ==
  /\ v \notin Known /\ 1..(v - 1) \subseteq Known
  /\ LET l == Opened
         counted == (IF Retained(l) = 0 /\ BytesStartAnew THEN 0 ELSE l.bytes) + 1
         full == [l EXCEPT !.entries = Append(@, v), !.bytes = counted, !.noted = clock + 1]
         over == IF counted > Most THEN Min(counted - Most, Retained(full) - 1) ELSE 0
     IN /\ log' = [log EXCEPT ![primary] = [full EXCEPT !.head = @ + over, !.bytes = @ - over]]
        /\ epochs' = Forked
        /\ hints' = IF away THEN hints ELSE hints \cup {[epoch |-> full.epoch, seq |-> Top(full), value |-> v]}
  /\ clock' = IF Lost THEN clock + 1 ELSE clock
  /\ UNCHANGED <<primary, promoted, stamped, missing, node>>

Idle ==
  /\ Idles /\ Retained(log[primary]) > 0
  /\ log' = [log EXCEPT ![primary].head = Top(log[primary])]
  /\ UNCHANGED <<primary, promoted, epochs, clock, stamped, hints, missing, node>>

Lapse ==
  /\ epochs < Lapses /\ Top(log[primary]) = 0 /\ log[primary].epoch # Gone
  /\ log' = [log EXCEPT ![primary].epoch = Gone, ![primary].forks = {}]
  /\ UNCHANGED <<primary, promoted, epochs, clock, stamped, hints, missing, node>>

Replicate ==
  \E s \in Servers \ {primary} :
    /\ promoted < Promotions /\ log[s] # log[primary]
    /\ log' = [log EXCEPT ![s] = log[primary]]
    /\ UNCHANGED <<primary, promoted, epochs, clock, stamped, hints, missing, node>>

(* The links break, the node reconnects, and compares positions. *)
FailOver ==
  \E s \in Servers \ {primary} :
    /\ promoted < Promotions
    /\ primary' = s /\ promoted' = promoted + 1
    /\ check' = [state |-> "sent"] /\ again' = FALSE
    /\ UNCHANGED <<log, epochs, clock, stamped, hints, missing, looks, last, reads, away, seen, told, alarmed>>

----------------------------------------------------------------------------
Hint(h) ==
  /\ h \in hints
  /\ hints' = hints \ {h}
  /\ IF ~away /\ ~reads /\ h.epoch = last.epoch /\ h.seq = last.seq + 1
     THEN /\ last' = [last EXCEPT !.seq = h.seq]
          /\ seen' = seen \cup {h.value}
          /\ reads' = reads
     ELSE /\ reads' = (reads \/ (~away /\ (h.epoch # last.epoch \/ h.seq > last.seq)))
          /\ UNCHANGED <<last, seen>>
  /\ UNCHANGED <<redis, missing, looks, check, again, away, told, alarmed>>

LoseHint(h) ==
  /\ Lost /\ h \in hints
  /\ hints' = hints \ {h}
  /\ missing' = TRUE
  /\ UNCHANGED <<redis, node>>

(* A beat comes, behind the hints before it, and says up to when these are. If one is missing, the journal is to be looked at. *)
Beat ==
  /\ Lost /\ hints = {} /\ (missing \/ since < log[primary].noted)
  /\ missing' = FALSE
  /\ since' = Max(since, log[primary].noted)
  /\ owed' = IF missing THEN Min(owed, since) ELSE owed
  /\ UNCHANGED <<redis, hints, look, fails, check, again, last, reads, away, seen, told, alarmed>>

Look ==
  /\ owed # Never /\ look.state = "none"
  /\ look' = [state |-> "sent", from |-> owed]
  /\ owed' = Never
  /\ UNCHANGED <<redis, hints, missing, since, fails, check, again, last, reads, away, seen, told, alarmed>>

LookFails ==
  /\ fails < Fails /\ look.state = "sent"
  /\ fails' = fails + 1
  /\ owed' = Min(owed, IF KeepsSince THEN look.from ELSE since)
  /\ look' = [state |-> "none"]
  /\ UNCHANGED <<redis, hints, missing, since, check, again, last, reads, away, seen, told, alarmed>>

(* Redis reads the journal, which is written with the log. *)
ReadJournal ==
  /\ look.state = "sent"
  /\ look' = [state |-> "answered", found |-> log[primary].noted > look.from]
  /\ UNCHANGED <<redis, hints, missing, since, owed, fails, check, again, last, reads, away, seen, told, alarmed>>

(* The channel is in the journal: it is to be checked. *)
Looked ==
  /\ look.state = "answered"
  /\ look' = [state |-> "none"]
  /\ check' = IF look.found /\ check.state = "none" THEN [state |-> "sent"] ELSE check
  /\ again' = (again \/ (look.found /\ check.state # "none" /\ ChecksAgain))
  /\ UNCHANGED <<redis, hints, missing, since, owed, fails, last, reads, away, seen, told, alarmed>>

(* Redis reads the check: the node's interest, and the log's position. *)
Check ==
  /\ check.state = "sent"
  /\ log' = [log EXCEPT ![primary] = Opened]
  /\ epochs' = Forked /\ stamped' = Stamped
  /\ check' = [state |-> "answered", epoch |-> Opened.epoch, seq |-> Top(Opened)]
  /\ UNCHANGED <<primary, promoted, clock, hints, missing, looks, again, last, reads, away, seen, told, alarmed>>

Answer ==
  /\ check.state = "answered"
  /\ reads' = (reads \/ (~away /\ (check.epoch # last.epoch \/ check.seq > last.seq)))
  /\ check' = [state |-> IF again THEN "sent" ELSE "none"]
  /\ again' = FALSE
  /\ UNCHANGED <<redis, hints, missing, looks, last, away, seen, told, alarmed>>

(* Reads what follows on the cursor; what can't be served is a gap. *)
Read ==
  /\ reads /\ ~away
  /\ LET l == Opened
         forks == {f \in l.forks : f.epoch = last.epoch}
         began == StampsEmpty /\ last.seq = 0 /\ last.epoch \in stamped
         known == last.epoch = l.epoch \/ forks # {} \/ began
         limit == IF last.epoch = l.epoch THEN Top(l) ELSE IF forks # {} THEN (CHOOSE f \in forks : TRUE).top ELSE 0
         from == IF ~known THEN l.head ELSE Min(last.seq, limit)
         base == Max(from, l.head)
         gap == ~known \/ last.seq > limit \/ from < l.head
     IN /\ log' = [log EXCEPT ![primary] = l]
        /\ seen' = seen \cup Range(l.entries, base + 1, Top(l))
        /\ told' = IF gap THEN told \cup (Range(l.entries, 1, base) \ seen) ELSE told
        /\ alarmed' = (alarmed \/ (gap /\ last.seq = 0 /\ l.head = 0 /\ promoted = 0))
        /\ last' = [epoch |-> l.epoch, seq |-> Top(l)]
  /\ epochs' = Forked /\ stamped' = Stamped
  /\ reads' = FALSE
  /\ UNCHANGED <<primary, promoted, clock, hints, missing, looks, check, again, away>>

Detach ==
  /\ Leaves /\ ~away
  /\ away' = TRUE /\ reads' = FALSE
  /\ hints' = {} /\ missing' = FALSE
  /\ owed' = Never /\ look' = [state |-> "none"]
  /\ check' = [state |-> "none"] /\ again' = FALSE
  /\ UNCHANGED <<redis, since, fails, last, seen, told, alarmed>>

Resume ==
  /\ away
  /\ away' = FALSE /\ reads' = TRUE
  /\ UNCHANGED <<redis, hints, missing, looks, check, again, last, seen, told, alarmed>>

Next ==
  \/ \E v \in 1..Appends : Publish(v)
  \/ Idle \/ Lapse \/ Replicate \/ FailOver
  \/ \E h \in hints : Hint(h) \/ LoseHint(h)
  \/ Beat \/ Look \/ LookFails \/ ReadJournal \/ Looked \/ Check \/ Answer \/ Read \/ Detach \/ Resume

Fairness ==
  /\ WF_vars(\E h \in hints : Hint(h) \/ LoseHint(h))
  /\ WF_vars(Beat) /\ WF_vars(Look) /\ WF_vars(ReadJournal) /\ WF_vars(Looked) /\ WF_vars(Check) /\ WF_vars(Answer) /\ WF_vars(Read) /\ WF_vars(Resume)

Spec == Init /\ [][Next]_vars /\ Fairness

----------------------------------------------------------------------------
(* A reader at a position has been given all that the log has up to there, or was told that it was not. *)
NothingSkipped ==
  LET l == log[primary] IN
  (last.epoch = l.epoch /\ last.seq <= Top(l)) => Range(l.entries, 1, last.seq) \subseteq seen \cup told

(* Who has seen nothing is told of no loss where there was none. *)
NoFalseAlarm == ~alarmed

(* What is counted is what is there. *)
BytesAreTrue == LET l == log[primary] IN Retained(l) > 0 => l.bytes = Retained(l)

(* An append takes nothing away while the log is within its bounds. *)
KeepsItsRetention ==
  [][Top(log'[primary]) > Top(log[primary]) =>
       Retained(log'[primary]) >= Min(Most, Retained(log[primary]) + 1)]_vars

(* Everything in the log comes to its reader in the end, or is told to be missing. *)
EverythingArrives ==
  \A v \in 1..Appends : (v \in Range(log[primary].entries, 1, Top(log[primary])))
    ~> (v \in seen \cup told \/ v \notin Range(log[primary].entries, 1, Top(log[primary])))
=============================================================================
