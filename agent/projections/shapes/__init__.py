"""What a tool can show besides text and numbers that grow."""
