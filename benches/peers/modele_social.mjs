// The people of benches/payroll.rs through modele-social, for benches/peers/france.py: node modele_social.mjs [PEOPLE] prints JSON.
//
// One evaluation after the other, as the engine behind mon-entreprise.urssaf.fr does: a situation is set and three results are evaluated, which
// rest on all contributions. What is timed leaves out reading the rules.

import rules from "modele-social";
import publicodes from "publicodes";

const Engine = publicodes.default ?? publicodes;
const people = Number(process.argv[2] ?? 30);
const wanted = {
  all_contributions: "salarié . cotisations . salarié",
  employer_contributions: "salarié . cotisations . employeur",
  net_before_tax: "salarié . rémunération . net . à payer avant impôt",
};
const engine = new Engine(rules.default ?? rules, { logger: { warn() {}, error() {}, log() {} } });

const one = (row) => {
  const cents = 185_000 + ((row * 7919) % 1_200_000);
  engine.setSituation({
    date: "01/07/2026",
    "salarié . contrat . salaire brut": `${cents / 100} €/mois`,
    "salarié . contrat . statut cadre": row % 3 === 0 ? "oui" : "non",
    "entreprise . salariés . effectif": 15,
  });
  return Object.values(wanted).map((name) => engine.evaluate(name).nodeValue);
};
one(0);
const cpu = process.cpuUsage();
const rows = [];
for (let row = 0; row < people; row += 1) rows.push(one(row));
const { user, system } = process.cpuUsage(cpu);
const results = Object.fromEntries(Object.keys(wanted).map((name, at) => [name, rows.map((row) => row[at])]));
console.log(JSON.stringify({ per_second: people / ((user + system) / 1e6), results }));
