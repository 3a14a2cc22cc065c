"""Forward simulators: healthy text in, the text as a damaged page shows it out."""
