"""The account page: one's own password, tokens, links and data; for admins, users and the log."""
