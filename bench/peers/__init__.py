"""The same agent in the front ends that stand beside this one, as small as each of their tutorials has it."""
