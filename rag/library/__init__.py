"""What is stored: articles with their files and passages, and how they are kept safe."""
