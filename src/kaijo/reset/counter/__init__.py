"""The municipal counter, pure: clerks, waiting numbers, documented cases, the acts done in them, the day's journal."""
