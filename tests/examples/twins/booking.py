"""Mistakes in the booking desk."""

from __future__ import annotations

from tests.examples.scene import Edit
from tests.examples.twins.twin import Twin

_BOOKING = "apps/booking.py"

TWINS = (
    Twin(
        name="booking-nothing_saved",
        broken="The handler sends the booking's number under another name.",
        scenario="booking.yaml::books a slot and cancels it again",
        edits=(Edit(file=_BOOKING, old='"booking_id": f"B-', new='"id": f"B-'),),
    ),
    Twin(
        name="booking-taken_slot_given_away",
        broken="The handler gives a slot to whoever asks last.",
        scenario="booking.yaml::offers another slot when the first is taken",
        edits=(
            Edit(
                file=_BOOKING, old="INSERT INTO bookings (", new="INSERT OR REPLACE INTO bookings ("
            ),
            Edit(file=_BOOKING, old=" ON CONFLICT DO NOTHING", new=""),
        ),
    ),
    Twin(
        name="booking-booked_twice",
        broken="The handler makes a new booking each time it is asked.",
        scenario="booking.yaml::does not book twice when the call is repeated",
        edits=(
            Edit(file=_BOOKING, old="TEXT UNIQUE REFERENCES", new="TEXT REFERENCES"),
            Edit(
                file=_BOOKING,
                old='FROM bookings WHERE slot_id = ?"',
                new='FROM bookings WHERE slot_id = ? ORDER BY 1 DESC"',
            ),
        ),
    ),
    Twin(
        name="booking-slots_in_another_order",
        broken="The handler lists the latest slot first.",
        scenario="booking.yaml::lists the free slots[on tuesday]",
        edits=(Edit(file=_BOOKING, old='ORDER BY slot_id"', new='ORDER BY slot_id DESC"'),),
    ),
)
