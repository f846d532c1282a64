# SPDX-License-Identifier: MIT
"""The tables, one module a family. In each: FACTORY and OTHERS, rows from
these states, and ALL, a request that changes all of the family's settings."""
import dcom
import firewall
import namespaces
import values

TABLES = (values, dcom, namespaces, firewall)
