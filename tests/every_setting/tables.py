# SPDX-License-Identifier: MIT
"""The tables of rows, one module a family: FACTORY and OTHERS in each."""
import values

TABLES = (values,)
