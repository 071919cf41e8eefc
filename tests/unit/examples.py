"""How many examples a property is tried on: all of them, or a tenth with `--hypothesis-profile=quick`."""

from hypothesis import HealthCheck, settings

# How long an example takes says how busy the machine is.
settings.register_profile("whole", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("quick", settings.get_profile("whole"), max_examples=10, database=None)
settings.load_profile("whole")


def examples(count: int) -> int:
    """`count`, or the share of it that the profile wants of hypothesis' own 100."""
    return max(count * settings().max_examples // 100, 1)
