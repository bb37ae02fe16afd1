"""The unattended walk: one test person from the locked card to a verified signature, through every real part."""

from kaijo.demo.walk import Demo, DemoStep

__all__ = ["Demo", "DemoStep"]
