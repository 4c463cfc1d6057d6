"""A run that has died between any two entries of its event log is completed by re-execution.

Dagster's own record of a dynamic loop has holes at such moments (dagster#20925, #30248, #30972).
"""

from __future__ import annotations

from pathlib import Path

import dagster as dg
import pytest

from tests.compiler.definitions import email, loop, upload, workflow
from tests.compiler.letters import EVERYBODY, PARAMETERS, TO_THE_ITEM, answer_of, run, run_again
from tests.compiler.postman import Postman
from tests.e2e.rewinding import FinishedRun

BOSS = "boss@example.com"
PEOPLE = EVERYBODY[:2]
LETTERS = workflow(
    [
        loop("each", "people", upload("prepare"), email("mail", **TO_THE_ITEM)),
        email("report", sender=BOSS, recipients=[BOSS]),
    ],
    PARAMETERS,
)


def test_killed_at_any_moment(
    postman: Postman, home: Path, tmp_path: Path, clean_environment: pytest.MonkeyPatch
) -> None:
    with dg.DagsterInstance.get() as instance:
        whole = run(LETTERS, PEOPLE, instance)
    assert postman.delivered == [*PEOPLE, BOSS]
    finished = FinishedRun(home, whole.run_id)
    moments = [
        event
        for event in finished.events()
        if event.kind in ("STEP_START", "STEP_SUCCESS") or event.step == "each"
    ]
    assert len(moments) > 20

    for event in moments[:-1]:
        folder = tmp_path / f"killed_after_{event.row}"
        finished.killed_after(event, folder)
        clean_environment.setenv("DAGSTER_HOME", str(folder))
        marks = (folder / "artifacts").glob("runs/*/email/**/*.json")
        sent = {path.stem for path in marks if path.parent.name != "claims"}
        postman.delivered.clear()

        with dg.DagsterInstance.get() as instance:
            resumed = run_again(LETTERS, whole, instance)

            steps = [each.step_key for each in resumed.all_events if each.is_step_success]
            assert steps[-1:] == ["finish"], f"killed after {event}"
            assert len(postman.delivered) == 3 - len(sent), f"killed after {event}"
            outputs = answer_of(resumed, instance).outputs or {}
            people = [entries[0]["loop_value"] for entries in outputs["each_output"]]
            assert people == PEOPLE, f"killed after {event}"
