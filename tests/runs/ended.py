"""A job that ends as its tags say; Dagster wants to see its context's type as it is."""

import dagster as dg


@dg.op
def end_as_tagged(context: dg.OpExecutionContext) -> None:
    if context.run.tags["ending"] not in ("completed", "canceled"):
        raise dg.Failure("as the test wants it", allow_retries=False)


@dg.job
def ended() -> None:
    end_as_tagged()
