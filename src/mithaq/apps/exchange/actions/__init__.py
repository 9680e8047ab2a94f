"""Changes to the exchange, by the way an envelope goes.

`submission` seals and queues; `courier` carries to the next hop; `arrivals` takes in; `opening`
opens and stores; `receipts` takes the evidence that comes back.
"""

from __future__ import annotations
