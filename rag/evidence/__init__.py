"""How likely each sentence is to answer, and the question to be answered at all."""
