"""How many examples a property is tried on: all of them, or a fifth with `--hypothesis-profile=quick`."""

from hypothesis import settings

settings.register_profile("quick", max_examples=20)


def examples(count: int) -> int:
    """`count`, or the share of it that the profile wants of hypothesis' own 100."""
    return count * settings().max_examples // 100
