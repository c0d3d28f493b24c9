"""The complexity of a key's wildcards in an event pattern, as AWS's event-ruler measures it. Pure.

EventBridge rejects a rule whose wildcards are too complex ("try using fewer wildcard characters"), and does not publish
its limit. The measure is that of event-ruler's `MachineComplexityEvaluator` (https://github.com/aws/event-ruler): how
many prefixes of wildcards one text can match at once. This result is never lower; it is higher for some wildcards of
`anything-but`, which event-ruler counts together.
"""

from collections import deque
from collections.abc import Iterator, Sequence

# The example of AWS's guide for a rule that is refused, "*:*:*:*:*:event-bus/*", has 11, and 9 is known to be accepted:
# https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
MAX_COMPLEXITY = 9
_MOST_STATES = 20_000  # keeps the search short; no pattern written by hand needs so many

_STAR = -1
_END = -2


def complexity(wildcards: Sequence[str]) -> int:
    """Return the complexity of all wildcards of one key; the search stops at the first value above the limit."""
    tokens = [token for wildcard in wildcards for token in _tokens(wildcard)]
    most, start = 0, _start(tokens)
    waiting, seen = deque([start]), {start}
    while waiting:
        for state in _next(waiting.popleft(), tokens):
            most = max(most, state.bit_count())
            if most > MAX_COMPLEXITY or len(seen) == _MOST_STATES:
                return max(most, MAX_COMPLEXITY + 1)
            if state not in seen:
                seen.add(state)
                waiting.append(state)
    return most


def _tokens(wildcard: str) -> Iterator[int]:
    """Split a wildcard into bytes and stars, including the quotation marks, which event-ruler also compares."""
    yield ord('"')
    escaped = False
    for byte in wildcard.encode("utf-8", "surrogatepass"):
        if escaped or byte not in b"\\*":
            yield byte
            escaped = False
        elif byte == ord("*"):
            yield _STAR
        else:
            escaped = True
    yield ord('"')
    yield _END


def _start(tokens: Sequence[int]) -> int:
    """Return the state before a text: a bit for each place at which a wildcard begins."""
    return sum(1 << place for place in range(len(tokens)) if not place or tokens[place - 1] == _END)


def _next(state: int, tokens: Sequence[int]) -> Iterator[int]:
    """Return each state that one more byte of a text may lead to: a bit for each prefix that the text matches."""
    stays, moves = 0, dict[int, int]()
    for place in _bits(state):
        if place and tokens[place - 1] == _STAR:
            stays |= 1 << place
        if tokens[place] >= 0:
            after = place + 1
            also = tokens[after] == _STAR  # what matches a prefix also matches it with a star appended
            moves[tokens[place]] = moves.get(tokens[place], 0) | 1 << after | also << after + 1
    yield from (stays | moved for moved in moves.values())
    yield stays


def _bits(state: int) -> Iterator[int]:
    while state:
        lowest = state & -state
        yield lowest.bit_length() - 1
        state ^= lowest
