"""The people of benches/payroll.rs through OpenFisca-France (pip install openfisca-france): python benches/peers/openfisca.py [PEOPLE].

Vectorised, as it is meant to be used: all people in one simulation. What is timed is the computation alone; loading the law and building
the simulation are not. The contributions are those that our rules compute too: an employee's and the employer's, with the general reduction.
"""

import sys
import time

import numpy as np
from openfisca_core.simulation_builder import SimulationBuilder
from openfisca_france import FranceTaxBenefitSystem

PEOPLE = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
MONTH = "2025-06"
WANTED = [
    "vieillesse_plafonnee_salarie", "vieillesse_deplafonnee_salarie", "agirc_arrco_salarie", "contribution_equilibre_general_salarie",
    "contribution_equilibre_technique_salarie", "csg_deductible_salaire", "csg_imposable_salaire", "crds_salaire",
    "salaire_net", "cotisations_salariales", "cotisations_patronales", "cotisations_employeur", "allegement_general",
]


def simulated(law, people):
    rows = np.arange(people, dtype=np.int64)
    salary = (185_000 + rows * 7919 % 1_200_000) / 100.0

    simulation = SimulationBuilder().build_default_simulation(law, count=people)
    simulation.set_input("salaire_de_base", MONTH, salary.astype(np.float32))
    simulation.set_input("categorie_salarie", MONTH, (rows % 3 == 0).astype(np.int16))
    simulation.set_input("effectif_entreprise", MONTH, np.full(people, 15, dtype=np.int32))
    return simulation


def main():
    law = FranceTaxBenefitSystem()
    wanted = [name for name in WANTED if name in law.variables]
    # The first run reads the law of the month, and is not timed.
    warm = simulated(law, 10)
    for name in wanted:
        warm.calculate(name, MONTH)
    simulation = simulated(law, PEOPLE)
    start, cpu = time.perf_counter(), time.process_time()
    results = {name: simulation.calculate(name, MONTH) for name in wanted}
    took, cpu = time.perf_counter() - start, time.process_time() - cpu
    print(f"OpenFisca-France, {PEOPLE} people, {len(wanted)} variables: {took:.2f} s, {PEOPLE / took:,.0f} people/s; {cpu:.2f} s of CPU, {PEOPLE / cpu:,.0f} people/s")
    print("of the first person:", {name: round(float(values[0]), 2) for name, values in results.items()})


main()
