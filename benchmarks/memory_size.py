"""What poll would cost in each memory size of Lambda, calculated from what was measured here. Pure.

Lambda gives a whole processor at 1,769 MB, and a proportional share below that:
https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
"""

from collections.abc import Sequence
from dataclasses import dataclass

from outposts_order_notifier.cdk import memory

SIZES = (128, 256, 512, 1_024, 1_769)
WHOLE_PROCESSOR_MB = 1_769
MONTH_SECONDS = 30 * 86_400
POLLS_A_MONTH = MONTH_SECONDS // 300

# US dollars, us-east-1, arm64, November 2026: https://aws.amazon.com/lambda/pricing/
WORTH_DOLLARS = 0.02  # a month, for a faster poll
GB_SECOND, REQUEST = 0.0000133334, 0.20 / 1_000_000
SNAPSTART_CACHED_GB_SECOND, SNAPSTART_RESTORED_GB = 0.0000015046, 0.0001397998


@dataclass(frozen=True, slots=True)
class MemorySize:
    """A memory size, and a poll in it.

    Attributes:
        mb: The size.
        start_seconds: A cold start, all of it assumed to be processor time.
        seconds: A poll, assuming that its waiting and its processor time do not overlap.
        free_mb: What the largest poll leaves free.
    """

    mb: int
    start_seconds: float
    seconds: float
    free_mb: float

    @property
    def label(self) -> str:
        """The size, bold if it is the deployed one."""
        return f"**{self.mb:,}**" if self.mb == memory.POLL else f"{self.mb:,}"

    @property
    def gb_seconds(self) -> float:
        """What one poll is billed for."""
        return self.mb / 1_024 * self.seconds

    @property
    def dollars(self) -> float:
        """A month of polls, one every five minutes."""
        return POLLS_A_MONTH * (self.gb_seconds * GB_SECOND + REQUEST)

    @property
    def cold_dollars(self) -> float:
        """What cold starts would cost in a month in which every poll had one."""
        return POLLS_A_MONTH * self.mb / 1_024 * self.start_seconds * GB_SECOND

    @property
    def snapstart_dollars(self) -> float:
        """What SnapStart would cost in that month: one version's snapshot cached, and restored for every poll."""
        gb = self.mb / 1_024
        return gb * (MONTH_SECONDS * SNAPSTART_CACHED_GB_SECOND + POLLS_A_MONTH * SNAPSTART_RESTORED_GB)


def memory_sizes(start_seconds: float, seconds: float, cpu_seconds: float, peak_mb: float) -> list[MemorySize]:
    """Scale what was measured on a whole processor to each size's share of one.

    A poll's wall time that is not processor time is waiting, which no size shortens.
    """
    waiting = max(0.0, seconds - cpu_seconds)
    slower = {mb: WHOLE_PROCESSOR_MB / mb for mb in SIZES}
    return [
        MemorySize(mb, start_seconds * factor, waiting + cpu_seconds * factor, mb - peak_mb)
        for mb, factor in slower.items()
    ]


def advised(sizes: Sequence[MemorySize]) -> MemorySize:
    """Return the largest size, and so the fastest, that costs at most two cents a month more than the cheapest."""
    cheapest = min(size.dollars for size in sizes)
    return max((size for size in sizes if size.dollars <= cheapest + WORTH_DOLLARS), key=lambda size: size.mb)
