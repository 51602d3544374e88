"""Question sets, runs, measures, reports and benchmarks.

The package hides the builtin when imported whole: write `from eval.measures import …`.
"""
