"""What is kept: recordings, links, comments."""
