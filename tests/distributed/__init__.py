"""The same runs on PostgreSQL, Redis and Celery's workers, all of them real."""
