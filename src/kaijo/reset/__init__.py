"""The operator's rules of a reset, pure: reservations, evidence, kiosk sessions, grants, receipts, and their ports."""
