"""The encoder: text to tokens, tokens to windows, windows to states. It knows no task."""
