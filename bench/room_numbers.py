"""Whether a message costs the same among many rooms as among few.

Few and many rooms are in databases and processes of their own, and measured in turn. What grows
with the number of rooms shows where as many are busy in both; what a room costs that is in nobody's
memory shows where all take turns. The cost is processor time, ours and the database's.
"""

from contextlib import ExitStack

from bench.plan import Plan
from bench.samples import Row, Sample, build_cost_row, build_row
from bench.town import ALL, BUSY, BUSY_ROOMS, town


def measure_numbers(plan: Plan) -> list[Row]:
    """Measure few rooms and many, each on a database of its own."""
    few: list[Sample] = []
    busy: list[Sample] = []
    cold: list[Sample] = []
    with ExitStack() as stack:
        village = stack.enter_context(town(plan, rooms=BUSY_ROOMS))
        city = stack.enter_context(town(plan, rooms=plan.many_rooms))
        for turn in range(plan.rounds):
            trio = [(few, village, BUSY), (busy, city, BUSY), (cold, city, ALL)]
            for samples, place, where in reversed(trio) if turn % 2 else trio:
                samples.append(place.talk(where))
    return [
        build_row(f"{BUSY_ROOMS} rooms", "events", few),
        build_cost_row(f"{BUSY_ROOMS} busy rooms of {plan.many_rooms:,}", busy, few),
        build_cost_row(f"{plan.many_rooms:,} rooms in turn, none in memory", cold, few),
    ]
