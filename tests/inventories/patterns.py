# SPDX-License-Identifier: MIT
"""usage: patterns.py INVENTORY PATTERNS

Writes, for each line of PATTERNS, the line and the hosts that Ansible itself
selects with it as --limit. Run it with the Python that runs Ansible.
"""
import sys

from ansible.inventory.manager import InventoryManager
from ansible.parsing.dataloader import DataLoader

with open(sys.argv[2], encoding="utf-8") as file:
    patterns = file.read().splitlines()
manager = InventoryManager(loader=DataLoader(), sources=[sys.argv[1]])
for pattern in patterns:
    manager.subset(pattern)
    names = sorted(host.name for host in manager.get_hosts())
    print(pattern, *names)
