"""Ours, OpenFisca-France and modele-social on the same people and the same contributions, in one run, and their answers held to each other.

    cargo bench --bench payroll --features payroll --no-run       # says where the program is
    pip install openfisca-france numpy; npm install modele-social publicodes
    python benches/peers/france.py PROGRAM [PEOPLE [EVALUATIONS]]

OpenFisca computes all people in one simulation, vectorised; modele-social one evaluation after the other. What is timed is the computation
alone: no peer's reading of the law, no building of a simulation, no writing of figures. All three on one core, in seconds of CPU, since
other work on the machine is not theirs. A person whose figures differ by more than 5 cents ends the run.
"""

import csv
import json
import os
import subprocess
import sys
import tempfile

os.environ["OMP_NUM_THREADS"] = "1"
import openfisca  # noqa: E402

WITHIN = 0.05


def held(theirs, ours, what):
    """The people of whom a figure differs, of all that both have."""
    worst, people = 0.0, 0
    for name, column in theirs.items():
        for row, value in enumerate(column):
            far = abs(abs(float(value)) - abs(int(ours[row][name]) / 100))
            worst, people = max(worst, far), max(people, row + 1)
            if far > WITHIN:
                sys.exit(f"{what}: {name} of person {row} is {value}, ours {int(ours[row][name]) / 100}")
    print(f"{what}: {len(theirs)} contributions of {people} people agree, to {worst:.3f} at worst")


def main():
    program = sys.argv[1]
    people = int(sys.argv[2]) if len(sys.argv) > 2 else 100_000
    evaluations = int(sys.argv[3]) if len(sys.argv) > 3 else 30
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([program, "--france", folder, "--rows", str(people)], check=True)
        read = lambda name: list(csv.DictReader(open(os.path.join(folder, name), newline="")))
        ours, model = read("openfisca.csv"), read("model.csv")
    theirs, cpu = openfisca.computed(people)
    print(f"OpenFisca-France: {people} people, {len(theirs)} results: {people / cpu:,.0f}/s of CPU")
    held(theirs, ours, "OpenFisca-France")
    here = os.path.dirname(os.path.abspath(__file__))
    said = subprocess.run(
        ["node", os.path.join(here, "modele_social.mjs"), str(evaluations)], check=True, capture_output=True, text=True
    ).stdout
    said = json.loads(said)
    print(f"modele-social: {evaluations} evaluations: {said['per_second']:.1f}/s of CPU")
    held(said["results"], model, "modele-social")


main()
