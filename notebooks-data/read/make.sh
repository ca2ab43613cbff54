#!/bin/sh
# Makes the pictures of this folder, from the repository's root after `make build`.
# Needs Debian's aha, bsdutils and chromium.
set -e
out=notebooks-data/read
lens=.build/release/lens
page=$(mktemp -d)

# The terminal's picture: what a terminal of 84 columns shows, as HTML, photographed.
command='lens read --file Examples/mary.txt --model models/mamba2/seed0 --positions -8:'
script -qec "stty cols 84; COLORTERM=truecolor TERM=xterm-256color .build/release/$command" "$page/typescript" > /dev/null
{ echo "\$ $command"; sed '1d;$d' "$page/typescript" | tr -d '\r'; } | aha --black |
    sed 's/<pre>/<pre style="font:16px DejaVu Sans Mono;line-height:1.25;margin:14px">/' > "$page/terminal.html"
chromium --headless --no-sandbox --hide-scrollbars --window-size=840,330 \
    --screenshot="$out/terminal.png" "file://$page/terminal.html"

# Two models side by side, as a page and as a figure.
$lens read --file Examples/mary.txt --model models/mamba2/seed0 --model models/diffmamba2/seed0 \
    --branches --out mary.html --out "$out/mary.svg"
mv mary.html "$page/page.html"
chromium --headless --no-sandbox --hide-scrollbars --window-size=1400,860 \
    --screenshot="$out/page.png" "file://$page/page.html"
rm -r "$page"
