"""What the operator sees of a running service: log lines, figures for Prometheus, readiness. Nothing of any person."""
