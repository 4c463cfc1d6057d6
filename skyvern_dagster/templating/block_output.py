"""A block's output as templates see it."""

from __future__ import annotations

from typing import Any

_EXTRACTED = "extracted_information"


class BlockOutput(dict[str, Any]):
    """An output through which what was extracted can be reached.

    ``{{ label_output.orders }}`` is ``{{ label_output.extracted_information.orders }}`` where the
    output has no ``orders`` of its own, and ``{{ label.output }}`` is all of what was extracted
    (docs/contract.md#names-in-texts). Written out as a whole it is the output alone.
    """

    def __missing__(self, key: str) -> Any:
        has_extracted = _EXTRACTED in self
        extracted = self.get(_EXTRACTED)
        if key == "output":
            return extracted if has_extracted else dict(self)
        if isinstance(extracted, dict) and key in extracted:
            return extracted[key]
        raise KeyError(key)


def reaching(output: Any) -> Any:
    """An output as templates see it; what is no object stays as it is."""
    return BlockOutput(output) if isinstance(output, dict) else output
