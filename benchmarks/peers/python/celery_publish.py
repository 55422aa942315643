"""`python celery_publish.py COUNT`: put tasks into Celery's queue, by Celery."""

import sys

from celery_worker import app, send

with app.producer_pool.acquire(block=True) as producer:
    for number in range(int(sys.argv[1])):
        send.apply_async((f"attendee{number}@example.org", "You are in", f"Ada {number}"), producer=producer)
