"""What passes between all parts: articles as they are kept, answers as they are given."""
