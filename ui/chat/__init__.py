"""The chat page: one custom component of Gradio, its words and its pictures made here."""
