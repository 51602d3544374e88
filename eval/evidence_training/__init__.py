"""Fits what weighs evidence: features alone, and features with what was read."""
