"""The card signs, others verify."""
