"""Users of a server: who they are, what they may do, what is kept for them and said of them."""
