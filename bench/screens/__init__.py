"""Pictures of every page in its states, and contact sheets of them: `python -m bench.screens [WORD...]`.

The pictures go to `screens/`, the sheets of all of them to `docs/`. Words choose: pages, states, languages, widths and
color schemes, as in `refund failed ko 390 dark`; what is not named is made whole.

A moment is held by keeping back what the app sends until the pictures of it are made, in each width and scheme: so all
of them show the same moment, and the run's own times stay true. Several visitors come at the same time, to one app in
one browser: while one waits for its run, pictures of another are made. What cannot be reached is tried once more, then
named at the end; all the rest is made.
"""
