"""Kinds of import-linter contract that it does not have itself."""

from __future__ import annotations

import sys

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


class StandardLibraryOnly(Contract):
    """A package that imports itself and the standard library, nothing else."""

    type_name = "standard_library"
    package = fields.StringField()

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Collect every import that leaves the package for anything but the standard library."""
        if self.package not in graph.modules:
            return ContractCheck(kept=True)
        inside = {self.package, *graph.find_descendants(self.package)}
        strays = sorted(
            (module, imported)
            for module in inside
            for imported in graph.find_modules_directly_imported_by(module) - inside
            if imported.partition(".")[0] not in sys.stdlib_module_names
        )
        return ContractCheck(kept=not strays, metadata={"strays": strays})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Name every stray import."""
        for module, imported in check.metadata["strays"]:
            output.print_error(f"{module} imports {imported}", bold=True)
