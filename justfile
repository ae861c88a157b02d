# The habits, as recipes. The same names work without just: `cargo xtask <recipe>`.

# List the recipes.
default:
    @just --list

# All tests: units, properties, documentation examples, oracles; examples are built.
test:
    cargo xtask test

# The oracle cases under DIR (default: ../shared/oracles if it is there, else tests/oracles).
oracles *DIR:
    cargo xtask oracles {{DIR}}

# The properties with new random cases, or those of a seed that failed.
properties *SEED:
    cargo xtask properties {{SEED}}

# Faults for as long as one likes: `just torture --minutes 60 [--seed S] [--only WORD]`.
torture *WORDS:
    cargo xtask torture {{WORDS}}

# Format the sources; `just fmt --check` only says what is not formatted.
fmt *CHECK:
    cargo xtask fmt {{CHECK}}

# clippy on everything, warnings are errors.
lint:
    cargo xtask lint

# rustdoc, warnings are errors.
docs:
    cargo xtask docs

# Licences, advisories and sources of all dependencies, where cargo-deny is installed.
deny:
    cargo xtask deny

# The benchmarks, or one of them.
bench *NAME:
    cargo xtask bench {{NAME}}

# What the CI runs.
ci:
    cargo xtask ci
