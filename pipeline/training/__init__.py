"""What makes the models that ship; nothing here is imported when articles are extracted."""
