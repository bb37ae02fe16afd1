"""The audit trail outside the acts: checkpoints are made and signed here, and the trail leaves the house."""
