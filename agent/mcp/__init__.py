"""Tools of other programs, over the Model Context Protocol: which servers there are, and one session for each call."""
