"""What poll would cost in each memory size of Lambda, calculated from what was measured here. Pure.

Lambda gives a whole processor at 1,769 MB, and a proportional share below that:
https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
"""

from reference import prices

Figures = dict[str, float]

SIZES = (128, 256, 512, 1_024, 1_769)
WHOLE_PROCESSOR_MB = 1_769
MONTH_SECONDS = 30 * 86_400
POLLS_A_MONTH = MONTH_SECONDS // 300

WORTH_DOLLARS = 0.02  # a month, for a faster poll
GB_SECOND, REQUEST = prices.GB_SECOND.one, prices.INVOCATION.one
SNAPSTART_CACHED_GB_SECOND, SNAPSTART_RESTORED_GB = prices.SNAPSTART_CACHED.one, prices.SNAPSTART_RESTORED.one


def memory_sizes(start_seconds: float, seconds: float, cpu_seconds: float, peak_mb: float) -> dict[int, Figures]:
    """Return what a poll takes and costs in each size, scaled from a whole processor to the size's share of one.

    A poll's wall time that is not processor time is waiting, which no size shortens. Dollars are those of a month of
    polls, one every five minutes. Starts cost that much if every poll is a cold start, of which all is processor time.
    SnapStart caches one version's snapshot, and restores it for every poll.
    """
    sizes = {}
    for mb in SIZES:
        gb, slower = mb / 1_024, WHOLE_PROCESSOR_MB / mb
        poll = max(0.0, seconds - cpu_seconds) + cpu_seconds * slower
        sizes[mb] = {
            "start": start_seconds * slower,
            "poll": poll,
            "GB-seconds": gb * poll,
            "dollars": POLLS_A_MONTH * (gb * poll * GB_SECOND + REQUEST),
            "free": mb - peak_mb,
            "cold dollars": POLLS_A_MONTH * gb * start_seconds * slower * GB_SECOND,
            "SnapStart dollars": gb
            * (MONTH_SECONDS * SNAPSTART_CACHED_GB_SECOND + POLLS_A_MONTH * SNAPSTART_RESTORED_GB),
        }
    return sizes


def advised(sizes: dict[int, Figures]) -> int:
    """Return the largest size, and so the fastest, that costs at most two cents a month more than the cheapest."""
    cheapest = min(size["dollars"] for size in sizes.values())
    return max(mb for mb, size in sizes.items() if size["dollars"] <= cheapest + WORTH_DOLLARS)
