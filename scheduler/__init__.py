"""When people meet: hours, slots, capacity, care, bookings, and what is mailed about them."""
