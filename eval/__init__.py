"""Question sets, runs, measures, reports and benchmarks. Import by name: `from eval.measures import …`."""
