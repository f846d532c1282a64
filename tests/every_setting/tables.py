# SPDX-License-Identifier: MIT
"""The tables, one module a family. In each: FACTORY and OTHERS, rows from
these states, and ALL, a request that changes all of the family's settings (on
a machine in the state GIVEN, where the module has one)."""
import accounts
import dcom
import firewall
import fixed_port
import namespaces
import services
import values

TABLES = (values, dcom, namespaces, accounts, services, fixed_port, firewall)
