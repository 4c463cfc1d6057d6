"""The endpoints (docs/contract.md#endpoints), one file per kind of resource."""
