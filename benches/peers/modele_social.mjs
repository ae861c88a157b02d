// The people of benches/payroll.rs through modele-social (npm install modele-social publicodes): node benches/peers/modele_social.mjs [PEOPLE]
//
// One evaluation after the other, as the engine behind mon-entreprise.urssaf.fr does: a situation is set and results are evaluated.
// What is timed leaves out reading the rules.

import rules from "modele-social";
import publicodes from "publicodes";

const Engine = publicodes.default ?? publicodes;
const people = Number(process.argv[2] ?? 50);
const wanted = [
  "salarié . cotisations . salarié",
  "salarié . cotisations . employeur",
  "salarié . rémunération . net . à payer avant impôt",
];
const engine = new Engine(rules.default ?? rules, { logger: { warn() {}, error() {}, log() {} } });

const one = (row) => {
  const cents = 185_000 + ((row * 7919) % 1_200_000);
  engine.setSituation({
    "salarié . contrat . salaire brut": `${cents / 100} €/mois`,
    "salarié . contrat . statut cadre": row % 3 === 0 ? "oui" : "non",
    "entreprise . salariés . effectif": 15,
  });
  return wanted.map((name) => engine.evaluate(name).nodeValue);
};
one(0);
const start = performance.now();
const cpu = process.cpuUsage();
let last;
for (let row = 0; row < people; row += 1) last = one(row);
const each = (performance.now() - start) / people;
const used = (process.cpuUsage(cpu).user + process.cpuUsage(cpu).system) / 1000 / people;
console.log(
  `modele-social, ${people} evaluations: ${each.toFixed(1)} ms each, ${used.toFixed(1)} ms of CPU, ${(1000 / used).toFixed(0)}/s; last ${last}`,
);
