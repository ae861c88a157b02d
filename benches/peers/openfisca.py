"""The people of benches/payroll.rs through OpenFisca-France, for benches/peers/france.py.

Vectorised, as it is meant to be used: all people in one simulation. What is timed is the computation alone; loading the law and building
the simulation are not. The results are those of an employee that our rules compute too, by our names.
"""

import time

import numpy as np
from openfisca_core.simulation_builder import SimulationBuilder
from openfisca_france import FranceTaxBenefitSystem

MONTH = "2025-06"
WANTED = {
    "vieillesse_plafonnee_salarie": "capped_pension",
    "vieillesse_deplafonnee_salarie": "pension",
    "agirc_arrco_salarie": "agirc",
    "contribution_equilibre_general_salarie": "ceg",
    "contribution_equilibre_technique_salarie": "cet",
    "csg_deductible_salaire": "csg_deductible",
    "csg_imposable_salaire": "csg_taxed",
    "crds_salaire": "crds",
    "cotisations_salariales": "contributions",
    "salaire_net": "net_before_tax",
}


def simulated(law, people):
    rows = np.arange(people, dtype=np.int64)
    salary = (185_000 + rows * 7919 % 1_200_000) / 100.0
    simulation = SimulationBuilder().build_default_simulation(law, count=people)
    simulation.set_input("salaire_de_base", MONTH, salary.astype(np.float32))
    simulation.set_input("categorie_salarie", MONTH, (rows % 3 == 0).astype(np.int16))
    simulation.set_input("effectif_entreprise", MONTH, np.full(people, 15, dtype=np.int32))
    return simulation


def computed(people):
    """The results by our names, and the seconds of CPU that they took."""
    law = FranceTaxBenefitSystem()
    # The first run reads the law of the month, and is not timed.
    warm = simulated(law, 10)
    for name in WANTED:
        warm.calculate(name, MONTH)
    simulation = simulated(law, people)
    start = time.process_time()
    results = {ours: simulation.calculate(name, MONTH) for name, ours in WANTED.items()}
    return results, time.process_time() - start
