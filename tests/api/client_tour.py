"""What an application does with Skyvern's official client; run with that client on the path.

``python client_tour.py URL KEY SHOP WORKFLOW_FILE WEBHOOK_URL PARAMETERS``: prints what it saw.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from skyvern import Skyvern  # type: ignore[import-not-found]

TASK = """\
title: Look
workflow_definition:
  parameters:
  - {parameter_type: workflow, key: website_url, workflow_parameter_type: string}
  blocks:
  - {block_type: task, label: look, url: website_url, data_extraction_goal: The heading}
"""


async def tour(url: str, key: str, shop: str, definition: str, hook: str, given: Any) -> Any:
    client = Skyvern(api_key=key, base_url=url)
    seen: dict[str, Any] = {}
    task = await client.run_task(
        prompt="Open the help page", url=shop, webhook_url=hook, max_steps=5,
        wait_for_completion=True, timeout=150,
    )  # fmt: skip
    seen["task"] = {"run_id": task.run_id, "status": task.status, "type": type(task).__name__}
    created = await client.create_workflow(yaml_definition=definition)
    seen["created"] = {"id": created.workflow_permanent_id, "version": created.version}
    run = await client.run_workflow(
        created.workflow_permanent_id, parameters=given, webhook_url=hook
    )
    seen["queued"] = run.status
    while True:
        found = await client.get_run(run.run_id)
        if found.status in ("completed", "failed", "terminated", "canceled", "timed_out"):
            break
        await asyncio.sleep(0.5)
    seen["run"] = {
        "run_id": found.run_id,
        "status": found.status,
        "type": type(found).__name__,
        "files": [each.filename for each in found.downloaded_files or []],
        "labels": sorted(found.output or {}),
        "screenshots": len(found.screenshot_urls or []),
    }
    seen["timeline"] = [
        (each.block.label, each.block.status, len(each.children or []))
        for each in await client.get_run_timeline(run.run_id)
    ]
    artifacts = await client.get_run_artifacts(run.run_id)
    seen["artifacts"] = sorted({each.artifact_type for each in artifacts})
    retried = await client.retry_run_webhook(run.run_id)
    seen["retried"] = (
        retried if isinstance(retried, dict) else getattr(retried, "status_code", None)
    )
    updated = await client.update_workflow(created.workflow_permanent_id, yaml_definition=TASK)
    seen["updated"] = updated.version
    listed = await client.get_workflows(page_size=50)
    seen["listed"] = created.workflow_permanent_id in {
        each.workflow_permanent_id for each in listed
    }
    waiting = await client.run_workflow(
        updated.workflow_permanent_id, parameters={"website_url": shop}
    )
    await client.cancel_run(waiting.run_id)
    while (await client.get_run(waiting.run_id)).status not in ("canceled", "completed"):
        await asyncio.sleep(0.3)
    seen["canceled"] = (await client.get_run(waiting.run_id)).status
    code = await client.send_totp_code(totp_identifier="me@shop.example", content="482913")
    seen["code"] = code.code
    await client.delete_workflow(created.workflow_permanent_id)
    left = await client.get_workflows(page_size=50)
    seen["deleted"] = created.workflow_permanent_id not in {
        each.workflow_permanent_id for each in left
    }
    try:
        await client.get_run("wr_1")
    except Exception as error:  # noqa: BLE001 - the client's own
        seen["unknown"] = type(error).__name__
    try:
        await Skyvern(api_key="wrong", base_url=url).get_run(run.run_id)
    except Exception as error:  # noqa: BLE001 - the client's own
        seen["refused"] = type(error).__name__
    return seen


if __name__ == "__main__":
    _, url, key, shop, file, hook, given = sys.argv
    text = Path(file).read_text(encoding="utf-8")
    print(json.dumps(asyncio.run(tour(url, key, shop, text, hook, json.loads(given)))))  # noqa: T201
