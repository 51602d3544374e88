"""Checks from outside: quotes against files, answers against what was recorded, the store."""
