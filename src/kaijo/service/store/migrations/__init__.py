"""The steps from one schema to the next. A step only ever adds (expand); taking away is a step of a later release."""
