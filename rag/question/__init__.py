"""What a question asks: its type, its words, what it limits itself to, what it leaves out."""
