------------------------------- MODULE Reset -------------------------------
(***************************************************************************)
(* The reset of one card's PINs: a phone that reserves, any number of      *)
(* kiosks, the service, and the card.  docs/model.md says how to read it   *)
(* and which function of the code each action is: they have the same name. *)
(*                                                                         *)
(* Nobody in here is trusted to behave.  Every request that somebody could *)
(* have made may arrive at any time, any number of times, in any order, or *)
(* never; no answer need ever arrive.  That is every crash of a phone, a   *)
(* kiosk or a wire at every point, every duplicate, every delay, two or    *)
(* more kiosks at once, and a kiosk that lies.  The service remembers      *)
(* nothing outside its database, and each of its transactions is one       *)
(* action here: its crashes lie between them.  What the card loses with    *)
(* the power is in `power`, what it keeps is in `card`.                    *)
(***************************************************************************)
EXTENDS Integers, FiniteSets

CONSTANTS
    Reservations,      \* 1..n, made in this order
    AtCounter,         \* those that a documented case at the counter makes, each of a case of its own
    OfAuthentication,  \* those that are for the authentication PIN; the others are for the signature PIN
    Sessions,          \* 1..m, opened in this order, each at any kiosk
    LeftOut            \* rules that are left out, to see the model notice: none in the true design

VARIABLES
    reservation,  \* the rows of reservations; `late`: its 24 hours are over
    session,      \* the rows of sessions; `late`: its 3 minutes are over
    grants,       \* the rows of grants: intents, and what became of them
    heard,        \* what the kiosk of a session heard from the card and the service does not know yet
    card,         \* number, last receipt, and the value of each PIN: 0 the old one, n the n-th new one
    power,        \* the card's permission and its secure channel, gone with the power
    done          \* every reset that the card ever did (nobody can see this)

vars == <<reservation, session, grants, heard, card, power, done>>

None == 0
Kinds == {"signature", "authentication"}
Kind(r) == IF r \in OfAuthentication THEN "authentication" ELSE "signature"
Without(rule) == rule \in LeftOut

Active == {"live", "held"}
AtWork == {"relaying", "granted"}
Over == {"completed", "ended"}

NoReceipt == [reservation |-> None, number |-> 0]
NoPermission == [reservation |-> None, outlived |-> FALSE]
NothingRead == [number |-> 0, last |-> NoReceipt, known |-> FALSE]
NothingHeard == [channel |-> FALSE, read |-> NothingRead, yes |-> FALSE]
NoSession == [state |-> "none", reservation |-> None, late |-> FALSE]

Init ==
    /\ reservation = [r \in Reservations |-> [state |-> "none", holder |-> None, late |-> FALSE]]
    /\ session = [s \in Sessions |-> NoSession]
    /\ grants = {}
    /\ heard = [s \in Sessions |-> NothingHeard]
    /\ card = [number |-> 0, last |-> NoReceipt, pins |-> [k \in Kinds |-> 0]]
    /\ power = [permission |-> NoPermission, channel |-> None]
    /\ done = {}

---------------------------------------------------------------------------
(* The service's rows, as every verb sees them. *)

Expired(rows) ==
    [r \in Reservations |->
        IF rows[r].state \in Active /\ rows[r].late
        THEN [rows[r] EXCEPT !.state = "expired", !.holder = None] ELSE rows[r]]

Moved(rows, r, state) == [rows EXCEPT ![r] = [state |-> state, holder |-> None, late |-> state = "live" /\ @.late]]

HeldByOther(rows, r, s) ==
    rows[r].state = "held" /\ rows[r].holder # s /\ ~session[rows[r].holder].late

Going(rows, s) ==
    LET r == session[s].reservation IN
    /\ rows[r].state \in Active
    /\ session[s].state \notin Over
    /\ ~session[s].late
    /\ session[s].state = "opened" \/ rows[r].holder = s

(* What an authentic receipt does to the rows: nothing, unless one of our grants leads to it. *)
Leads(g, receipt) == g.reservation = receipt.reservation /\ g.number + 1 = receipt.number
Settles(rows, receipt) ==
    /\ receipt # NoReceipt
    /\ \E g \in grants : Leads(g, receipt)
    /\ rows[receipt.reservation].state # "used"
Settled(rows, receipt) ==
    IF Settles(rows, receipt) THEN Moved(rows, receipt.reservation, "used") ELSE rows
(* The receipts that anybody can show: those that a card made, and whatever else can be thought of. *)
Believed == IF Without("receipt-checked")
            THEN [reservation : Reservations, number : 1 .. Cardinality(Reservations)] ELSE done

(* The session is over; a reservation that it still has is live again. *)
Closed(rows, s) ==
    LET r == session[s].reservation IN
    IF session[s].state \notin Over /\ rows[r].state = "held" /\ rows[r].holder = s
    THEN Moved(rows, r, "live") ELSE rows

---------------------------------------------------------------------------
(* The phone *)

make_reservation(r) ==
    /\ r \notin AtCounter
    /\ reservation[r].state = "none"
    /\ \A q \in Reservations \ AtCounter : q < r => reservation[q].state # "none"
    /\ LET rows == Expired(reservation)
           older == {q \in Reservations : Kind(q) = Kind(r) /\ rows[q].state \in Active}
       IN /\ \A q \in older : ~HeldByOther(rows, q, None) \/ Without("hold-respected")
          /\ reservation' = [q \in Reservations |->
                IF q = r THEN [rows[q] EXCEPT !.state = "live"]
                ELSE IF q \in older /\ ~Without("one-active")
                THEN [state |-> "replaced", holder |-> None, late |-> FALSE] ELSE rows[q]]
    /\ UNCHANGED <<session, grants, heard, card, power, done>>

cancel_reservation(r) ==
    LET rows == Expired(reservation) IN
    /\ r \notin AtCounter
    /\ rows[r].state \in Active
    /\ ~HeldByOther(rows, r, None) \/ Without("hold-respected")
    /\ reservation' = Moved(rows, r, "cancelled")
    /\ UNCHANGED <<session, grants, heard, card, power, done>>

---------------------------------------------------------------------------
(* The kiosk *)

(* First of all when a card is put in, with what the card says of its last reset. *)
settle_if_authentic(receipt) ==
    /\ Settles(reservation, receipt)
    /\ reservation' = Settled(reservation, receipt)
    /\ UNCHANGED <<session, grants, heard, card, power, done>>

expire_reservations ==
    /\ reservation # Expired(reservation)
    /\ reservation' = Expired(reservation)
    /\ UNCHANGED <<session, grants, heard, card, power, done>>

open_session(s) ==
    LET rows == Expired(reservation)
        active == {r \in Reservations : rows[r].state \in Active /\ (r \notin AtCounter \/ Without("case-hidden"))}
    IN
    /\ session[s].state = "none"
    /\ \A t \in Sessions : t < s => session[t].state # "none"
    /\ active # {}
    /\ LET newest == CHOOSE r \in active : \A q \in active : q <= r
       IN /\ ~HeldByOther(rows, newest, None)
          /\ session' = [session EXCEPT ![s] = [NoSession EXCEPT !.state = "opened", !.reservation = newest]]
    /\ reservation' = rows
    /\ UNCHANGED <<grants, heard, card, power, done>>

(* The counter: a clerk's word stands where the holder's proof stands. The case's first session makes its reservation. *)
begin(s, r) ==
    LET rows == Expired(reservation)
        older == {q \in Reservations \ {r} : Kind(q) = Kind(r) /\ rows[q].state \in Active}
        fresh == rows[r].state = "none"
    IN
    /\ r \in AtCounter
    /\ session[s].state = "none"
    /\ \A t \in Sessions : t < s => session[t].state # "none"
    /\ IF fresh THEN \A q \in older : ~HeldByOther(rows, q, None)
                ELSE rows[r].state \in Active /\ ~HeldByOther(rows, r, None)
    /\ session' = [session EXCEPT ![s] = [NoSession EXCEPT !.state = "relaying", !.reservation = r]]
    /\ reservation' = [q \in Reservations |->
            IF q = r THEN [rows[q] EXCEPT !.state = "held", !.holder = s]
            ELSE IF fresh /\ q \in older THEN [state |-> "replaced", holder |-> None, late |-> FALSE] ELSE rows[q]]
    /\ UNCHANGED <<grants, heard, card, power, done>>

accept_proof(s) ==
    LET r == session[s].reservation IN
    /\ session[s].state = "opened"
    /\ Going(reservation, s)
    /\ ~HeldByOther(reservation, r, s) \/ Without("hold-respected")
    /\ session' = [session EXCEPT ![s].state = "relaying"]
    /\ reservation' = [reservation EXCEPT ![r].state = "held", ![r].holder = s]
    /\ UNCHANGED <<grants, heard, card, power, done>>

(* Steps 0 to 2 of the relay. The card draws a new challenge each time: a session has one channel, once. *)
open_channel(s) ==
    /\ session[s].state = "relaying"
    /\ Going(reservation, s)
    /\ ~heard[s].channel
    /\ heard' = [heard EXCEPT ![s].channel = TRUE]
    /\ power' = [power EXCEPT !.channel = s]
    /\ UNCHANGED <<reservation, session, grants, card, done>>

Intent(s) == [session |-> s, reservation |-> session[s].reservation, number |-> heard[s].read.number]
HasIntent(s) == \E g \in grants : g.session = s
Forgotten(s) == [heard EXCEPT ![s] = NothingHeard] \* of no use to anybody once its session is over

(* The card's answer to step 3, inside the channel. *)
read_receipt(s) ==
    /\ power.channel = s
    /\ session[s].state = "relaying"
    /\ ~heard[s].read.known /\ ~HasIntent(s)
    /\ heard' = [heard EXCEPT ![s].read = [number |-> card.number, last |-> card.last, known |-> TRUE]]
    /\ UNCHANGED <<reservation, session, grants, card, power, done>>


(* Step 3 of the relay: settle what the card says, then write the intent; only then AUTHORISE RESET may leave. *)
relay_step(s) ==
    LET rows == IF Without("receipt-read") THEN reservation ELSE Settled(reservation, heard[s].read.last) IN
    /\ session[s].state = "relaying"
    /\ Going(reservation, s)
    /\ heard[s].read.known
    /\ IF Going(rows, s)
       THEN /\ grants' = grants \cup {Intent(s)}
            /\ reservation' = rows
            /\ heard' = [heard EXCEPT ![s].read = NothingRead]
            /\ UNCHANGED session
       ELSE /\ reservation' = Closed(rows, s)
            /\ session' = [session EXCEPT ![s].state = "ended", ![s].late = FALSE]
            /\ heard' = Forgotten(s)
            /\ UNCHANGED grants
    /\ UNCHANGED <<card, power, done>>

(* Step 4 of the relay: the card has said yes. *)
relay_last_step(s) ==
    /\ session[s].state = "relaying"
    /\ Going(reservation, s)
    /\ heard[s].yes
    /\ session' = [session EXCEPT ![s].state = "granted"]
    /\ heard' = [heard EXCEPT ![s].yes = FALSE]
    /\ UNCHANGED <<reservation, grants, card, power, done>>

take_receipt(s, receipt) ==
    LET r == session[s].reservation
        rows == Settled(reservation, receipt)
        completes == /\ receipt.reservation = r
                     /\ \E g \in grants : Leads(g, receipt)
                     /\ session[s].state # "completed"
    IN
    /\ session[s].state # "none"
    /\ rows # reservation \/ completes
    /\ reservation' = rows
    /\ session' = IF completes THEN [session EXCEPT ![s].state = "completed", ![s].late = FALSE] ELSE session
    /\ heard' = IF completes THEN Forgotten(s) ELSE heard
    /\ UNCHANGED <<grants, card, power, done>>

end_session(s) ==
    /\ session[s].state \notin Over \cup {"none"}
    /\ reservation' = Closed(reservation, s)
    /\ session' = [session EXCEPT ![s].state = "ended", ![s].late = FALSE]
    /\ heard' = Forgotten(s)
    /\ UNCHANGED <<grants, card, power, done>>

---------------------------------------------------------------------------
(* The card *)

(* AUTHORISE RESET is on its way once the intent is written. Anywhere but in its own channel the card refuses it. *)
authorise_reset(s) ==
    LET sent == IF Without("intent-first") /\ heard[s].read.known
                THEN {Intent(s)} ELSE {g \in grants : g.session = s}
        fits == \E g \in sent : g.number = card.number \/ Without("number-checked")
    IN
    /\ sent # {}
    /\ power.channel = s
    /\ power' = [permission |-> IF fits THEN [NoPermission EXCEPT !.reservation = session[s].reservation]
                                        ELSE NoPermission,
                 channel |-> None]
    /\ heard' = [heard EXCEPT ![s].yes = fits /\ session[s].state = "relaying"]
    /\ UNCHANGED <<reservation, session, grants, card, done>>

(* One write: the PIN, the number, the receipt. Torn, it would leave a PIN that is neither old nor new. *)
reset_retry_counter ==
    LET r == power.permission.reservation
        receipt == [reservation |-> r, number |-> card.number + 1]
    IN
    /\ r # None
    /\ \/ /\ card' = [number |-> receipt.number, last |-> receipt, pins |-> [card.pins EXCEPT ![Kind(r)] = receipt.number]]
          /\ done' = done \cup {receipt}
       \/ /\ Without("one-write")
          /\ card' = [card EXCEPT !.pins[Kind(r)] = -1]
          /\ UNCHANGED done
    /\ power' = [permission |-> IF Without("used-up") THEN power.permission ELSE NoPermission,
                 channel |-> IF Without("select-ends-channel") THEN power.channel ELSE None]
    /\ UNCHANGED <<reservation, session, grants, heard>>

(* Another application is selected: the channel is closed, a permission stays. *)
select_application ==
    /\ power.channel # None
    /\ power' = [power EXCEPT !.channel = None]
    /\ UNCHANGED <<reservation, session, grants, heard, card, done>>

(* Taken out, moved to another kiosk, or cut off. *)
power_cycle ==
    /\ power # [permission |-> NoPermission, channel |-> None]
    /\ power' = [permission |-> IF Without("volatile") /\ power.permission # NoPermission
                               THEN [power.permission EXCEPT !.outlived = TRUE] ELSE NoPermission,
                 channel |-> None]
    /\ UNCHANGED <<reservation, session, grants, heard, card, done>>

---------------------------------------------------------------------------
(* Time: whatever was begun before now is too late. What was begun later has more time, as with real clocks. *)

(* For what is over time makes no difference. *)
Late(rows, going) ==
    [x \in DOMAIN rows |-> IF rows[x].state \in going THEN [rows[x] EXCEPT !.late = TRUE] ELSE rows[x]]
LateReservations == Late(reservation, Active)
LateSessions == Late(session, AtWork \cup {"opened"})

session_time_passes ==
    /\ session' = LateSessions
    /\ session' # session
    /\ UNCHANGED <<reservation, grants, heard, card, power, done>>

reservation_time_passes ==
    /\ reservation' = LateReservations
    /\ reservation' # reservation
    /\ session' = LateSessions
    /\ UNCHANGED <<grants, heard, card, power, done>>

Next ==
    \/ \E r \in Reservations : make_reservation(r) \/ cancel_reservation(r)
    \/ \E s \in Sessions :
        \/ \E r \in AtCounter : begin(s, r)
        \/ open_session(s) \/ accept_proof(s) \/ relay_step(s) \/ relay_last_step(s) \/ end_session(s)
        \/ open_channel(s) \/ read_receipt(s) \/ authorise_reset(s)
        \/ \E receipt \in Believed : take_receipt(s, receipt)
    \/ \E receipt \in Believed : settle_if_authentic(receipt)
    \/ expire_reservations \/ reset_retry_counter \/ select_application \/ power_cycle
    \/ session_time_passes \/ reservation_time_passes

(* Fairness: the card is put in somewhere once more. *)
NextContact == settle_if_authentic(card.last)

Spec == Init /\ [][Next]_vars
FairSpec == Spec /\ WF_vars(NextContact)

---------------------------------------------------------------------------
(* What holds, whatever happens *)

AtMostOneReset == \A a, b \in done : a.reservation = b.reservation => a = b

AtMostOneActive ==
    \A k \in Kinds : Cardinality({r \in Reservations : Kind(r) = k /\ reservation[r].state \in Active}) <= 1

IntentBeforeReset == \A receipt \in done : \E g \in grants : Leads(g, receipt)

UsedOnlyIfTheCardDid ==
    \A r \in Reservations : reservation[r].state = "used" => \E receipt \in done : receipt.reservation = r

(* Each PIN has its old value, or that of the last reset of its kind: never neither, and never another PIN's. *)
PinIsOldOrNew ==
    \A k \in Kinds :
        LET numbers == {receipt.number : receipt \in {d \in done : Kind(d.reservation) = k}} IN
        IF numbers = {} THEN card.pins[k] = 0
        ELSE card.pins[k] \in numbers /\ \A n \in numbers : n <= card.pins[k]

(* As long as the service does not know of a reset, the card can still say so. *)
UnknownIsOnTheCard ==
    \A receipt \in done : reservation[receipt.reservation].state # "used" => card.last = receipt

(* A card that leaves the kiosk takes no permission along. *)
PermissionStaysInTheKiosk == ~power.permission.outlived

(* Whoever is at work has the reservation, alone; nobody takes it away meanwhile. *)
AtWorkAlone ==
    \A s \in Sessions : session[s].state \in AtWork /\ ~session[s].late =>
        LET row == reservation[session[s].reservation] IN
        row.state = "used" \/ (row.state = "held" /\ row.holder = s)

(* A kiosk finds no reservation of a case, which was asked for by a clerk and without a proof. *)
KioskFindsNoCase == \A s \in Sessions : session[s].state = "opened" => session[s].reservation \notin AtCounter

HeldHasAHolder ==
    \A r \in Reservations :
        IF reservation[r].state = "held"
        THEN /\ reservation[r].holder # None
             /\ session[reservation[r].holder].state \in AtWork
             /\ session[reservation[r].holder].reservation = r
        ELSE reservation[r].holder = None

(* A reservation that was made stays, and ends for one of four reasons alone. *)
NeverLost ==
    \A r \in Reservations :
        /\ reservation[r].state = "replaced" =>
            \E q \in Reservations \ {r} :
                /\ q > r \/ {q, r} \cap AtCounter # {} \* a case may come at any time
                /\ Kind(q) = Kind(r) /\ reservation[q].state # "none"
        /\ reservation[r].state = "expired" => reservation[r].late

Moves == [
    none |-> {"live", "held"},
    live |-> {"held", "used", "replaced", "cancelled", "expired"},
    held |-> {"live", "held", "used", "replaced", "cancelled", "expired"},
    replaced |-> {"used"}, cancelled |-> {"used"}, expired |-> {"used"}, used |-> {}]

MovesByTheTable ==
    [][\A r \in Reservations :
        reservation'[r].state # reservation[r].state => reservation'[r].state \in Moves[reservation[r].state]]_vars

(* Every unknown outcome is known in the end, by reading the card. *)
EveryOutcomeIsSettled ==
    \A r \in Reservations :
        (\E receipt \in done : receipt.reservation = r) ~> (reservation[r].state = "used")
=============================================================================
