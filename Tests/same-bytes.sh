#!/bin/sh
# Runs the same commands with two builds of lens and compares, byte by byte, all that they write.
#
#   Tests/same-bytes.sh OLD NEW     paths of the two programs; exit status 1 where a file differs
#
# For changes that should change no number. The commands are those of the main path, on the embedded
# models: text and questions, tokenizers, captures, lenses by every recipe, evaluations, figures, and
# models trained and generated from. They take about a minute for each build. The key "schema", which
# names the kind and version of a JSON document, is taken out of all of them: old builds have none.
# The words of the commands are today's; builds from before they were do not know all of them.
set -eu
[ $# -eq 2 ] || { sed -n '2,10s/^# \{0,1\}//p' "$0"; exit 64; }
root=$(cd "$(dirname "$0")/.." && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

commands() {
    mamba=models/mamba2/seed0 diff=models/diffmamba2/seed0
    lens data text --tasks all --tokens 60000 --tokenizer $mamba/tokenizer.json --out text.jsonl
    lens data babi --limit 20 --out babi
    lens data babi --tasks 1-5 --limit 20 --split test --format babilong --out babilong
    lens data tokenizer --data text.jsonl --vocabulary 600 --out tokenizer.json
    lens tokenize --model $mamba --jsonl text.jsonl >ids.json
    for model in $mamba $diff; do
        name=$(basename "$(dirname $model)")
        lens inspect $model >"$name-inspect.txt"
        lens capture --model $model "Mary went to the kitchen. Where is Mary?" \
            --hooks 'blocks.*.hook_[!AD]*' 'blocks.*hook_out' --out "$name.safetensors"
        lens train --model $model --data text.jsonl --window 256 --recipe fast --out "$name-fast"
        lens train --model $model --data text.jsonl --window 128 --steps 6 \
            --tokens-per-step 2048 --out "$name-published"
        lens train --model $model --data text.jsonl --window 128 --steps 6 --optimizer adam \
            --tokens-per-step 2048 --loss ce --out "$name-adam"
        lens eval babilong --model $model --lens "$name-fast" --data babilong --tasks 1-5 --limit 20 \
            --out "$name-babilong.json"
        lens eval babilong --model $model --lens logit --data babilong --tasks 1-5 --limit 20 \
            --out "$name-logit.json"
        lens eval text --model $model --lens "$name-fast" --data text.jsonl --window 128 \
            --limit 16 --out "$name-text.json"
        lens lm eval --model $model --data text.jsonl --window 128 --limit 16 \
            --out "$name-lm.json"
        lens lm generate "Mary went to" --model $model --limit 40 --top-k 5 --seed 3 >"$name.txt"
        lens lm train --model $model --data text.jsonl --window 128 --steps 6 --dropout 0.1 \
            --out "$name-on"
        lens lm train --model $model --data babi --tasks qa1,qa2 --text text.jsonl --window 128 \
            --steps 6 --optimizer muon --story-share 0.5 --held-out 5 --out "$name-tuned"
    done
    lens lm train --model $mamba --convert-to-diff quarter --data text.jsonl --window 128 \
        --steps 4 --out converted
    without_schema
    lens plot layers mamba2-babilong.json diffmamba2-babilong.json --log --out layers.png
    lens plot layers mamba2-logit.json mamba2-babilong.json --out layers.svg
}

without_schema() {
    find . -name '*.json' -exec sed -z -i 's|,\s*"schema" *: *"statelens/[^"]*"||' {} +
}

for build in 1 2; do
    eval "program=\$$build"
    program=$(cd "$(dirname "$program")" && pwd)/$(basename "$program")
    mkdir -p "$scratch/$build"
    cd "$scratch/$build"
    ln -s "$root/models" models
    lens() { "$program" "$@" 2>>errors.txt || { tail -n 3 errors.txt >&2; exit 1; }; }
    commands >log.txt
    # Speeds and times of day.
    rm -f errors.txt
    cd "$OLDPWD"
done
diff -rq "$scratch/1" "$scratch/2" && echo "all $(find "$scratch/1" -type f | wc -l) files are the same"
