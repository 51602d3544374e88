"""Chinese text, whoever it comes from: words, names, numbers, days, sounds. Knows no library."""
