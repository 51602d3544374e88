"""Programs as children of ours: how they are started, what they may do."""
