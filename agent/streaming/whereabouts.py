"""Where in a run something happens: in which agent, and inside which tool calls, by the namespace of its graph."""

from __future__ import annotations

from collections import defaultdict

from agent.streaming.calls import Calls


class Whereabouts:
    """What is known of the graphs at work; whoever reads the stream notes it here."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        self.within: dict[tuple[str, ...], tuple[str, ...]] = {(): ()}
        """The calls that a graph works inside, by its namespace."""
        self.agents: dict[tuple[str, ...], str] = {}
        """The names of graphs' agents, by namespace."""
        self.open_runs: defaultdict[str, list[tuple[str, ...]]] = defaultdict(list)
        """Paths of the tools at work in each task."""

    def at(
        self, namespace: tuple[str, ...], node: str | None = None, calls: tuple[str, ...] | None = None
    ) -> tuple[str | None, str | None, tuple[str, ...]]:
        """Node, agent and calls of what happens in a graph."""
        return node or None, self.agent(namespace), self.calls_in(namespace) if calls is None else calls

    def calls_in(self, namespace: tuple[str, ...]) -> tuple[str, ...]:
        """The calls that a graph works inside: as announced, or those of the task that it is part of."""
        if (announced := self.within.get(namespace)) is not None:
            return announced
        task = namespace[-1].partition(":")[2]
        if call := self._calls.of_task(task):
            return call.path
        if len(paths := self.open_runs.get(task) or []) == 1:
            return paths[0]
        return self.calls_in(namespace[:-1])

    def is_unclear(self, namespace: tuple[str, ...]) -> bool:
        """Whether several tools work in the graph's task, and its own is not announced yet."""
        for end in range(len(namespace), 0, -1):
            if namespace[:end] in self.within:
                return False
            task = namespace[end - 1].partition(":")[2]
            if len(self.open_runs.get(task) or []) > 1 and not self._calls.of_task(task):
                return True
        return False

    def agent(self, namespace: tuple[str, ...]) -> str | None:
        """The agent at work in a graph: named, or the node that the graph is; None if neither is known."""
        for end in range(len(namespace), 0, -1):
            if name := self.agents.get(namespace[:end]):
                return name
            name, _, task = namespace[end - 1].partition(":")
            inside_a_call = self._calls.of_task(task) or len(self.calls_in(namespace[:end])) > len(
                self.calls_in(namespace[: end - 1])
            )
            if name and task and not inside_a_call:
                return name
        return self.agents.get(())
