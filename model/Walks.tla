------------------------------- MODULE Walks -------------------------------
(* The same moves, each with its name and what it was about, so that tests can walk them in the real code. *)
EXTENDS Reset

VARIABLE act

Named(name, about) == act' = <<name, about>>

WalkNext ==
    \/ \E r \in Reservations :
        \/ make_reservation(r) /\ Named("make_reservation", <<r>>)
        \/ cancel_reservation(r) /\ Named("cancel_reservation", <<r>>)
    \/ \E s \in Sessions :
        \/ open_session(s) /\ Named("open_session", <<s>>)
        \/ \E r \in AtCounter : begin(s, r) /\ Named("begin", <<s, r>>)
        \/ accept_proof(s) /\ Named("accept_proof", <<s>>)
        \/ open_channel(s) /\ Named("open_channel", <<s>>)
        \/ read_receipt(s) /\ Named("read_receipt", <<s>>)
        \/ relay_step(s) /\ Named("relay_step", <<s>>)
        \/ authorise_reset(s) /\ Named("authorise_reset", <<s>>)
        \/ relay_last_step(s) /\ Named("relay_last_step", <<s>>)
        \/ end_session(s) /\ Named("end_session", <<s>>)
        \/ \E receipt \in done : take_receipt(s, receipt) /\ Named("take_receipt", <<s, receipt.number>>)
    \/ \E receipt \in done : settle_if_authentic(receipt) /\ Named("settle_if_authentic", <<receipt.number>>)
    \/ expire_reservations /\ Named("expire_reservations", <<>>)
    \/ reset_retry_counter /\ Named("reset_retry_counter", <<>>)
    \/ select_application /\ Named("select_application", <<>>)
    \/ power_cycle /\ Named("power_cycle", <<>>)
    \/ session_time_passes /\ Named("session_time_passes", <<>>)
    \/ reservation_time_passes /\ Named("reservation_time_passes", <<>>)

WalkSpec == Init /\ act = <<"begin", <<>>>> /\ [][WalkNext]_<<vars, act>>
=============================================================================
