"""The evaluation page: question sets, runs under way and kept, what failed and why."""
