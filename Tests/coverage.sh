#!/usr/bin/env bash
# Prints how much of every target the tests reached.
#
#     Tests/coverage.sh FOLDER     the products of `swift test --enable-code-coverage`
set -euo pipefail
products=$1
# That of the compiler: another one does not read its profiles.
llvm_cov=$(dirname "$(readlink -f "$(command -v swift)")")/llvm-cov
# The command line runs as a process of its own, and its library is linked into it alone.
"$llvm_cov" report -instr-profile "$products/codecov/default.profdata" \
    "$products/StateLensPackageTests.xctest" -object "$products/lens" -object "$products/lens-bench" \
    -ignore-filename-regex='(checkouts|Tests|\.build/.*\.build)/' |
    awk '
        function row(name, functions, untouched, lines, missed) {
            printf "%-18s %8d %11.1f%% %10d %11.1f%%\n", name, lines, 100 * (1 - missed / lines),
                functions, 100 * (1 - untouched / functions)
        }
        BEGIN {
            printf "%-18s %8s %12s %10s %12s\n", "target", "lines", "covered", "functions", "covered"
        }
        $1 ~ /\.(swift|c|inc|h)$/ && $5 > 0 {
            target = $1
            sub(/^.*Sources\//, "", target)
            sub(/\/.*$/, "", target)
            if (!(target in lines)) order[++count] = target
            functions[target] += $5; untouched[target] += $6
            lines[target] += $8; missed[target] += $9
        }
        END {
            for (i = 1; i <= count; i++) {
                t = order[i]
                row(t, functions[t], untouched[t], lines[t], missed[t])
                f += functions[t]; u += untouched[t]; l += lines[t]; m += missed[t]
            }
            row("all", f, u, l, m)
        }'
