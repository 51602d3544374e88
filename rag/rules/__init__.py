"""What is corrected afterwards, where a sentence answers another question than was asked."""
