"""Trains a lens in every way, at several sizes and with several seeds, and measures each on text held out.

    python3 measure.py MODEL NAME HELD_OUT TEXT... [--lens LENS] [--seeds 1,2,3] [--out results.jsonl]

Appends a line for every training: the way, its tokens, seconds of the clock and of the processors, and
the KL to the model's output after each block on HELD_OUT, which no training reads. What the file
already has is not measured again. The text is read as often as the largest training needs.
"""
import argparse, json, os, resource, subprocess, tempfile, time

WINDOW = 256
STEP = 2048


def ways(tokens):
    """The arguments of each way at so many tokens of text."""
    own = ["--recipe", "published", "--held-out", "0", "--tokens-per-step", str(STEP), "--steps", str(tokens // STEP)]
    small = ["--recipe", "published", "--tokens-per-step", "512", "--steps", str(tokens // 512), "--held-out", "0"]
    budget = ["--budget", f"{tokens} tokens"]
    step = max(192, tokens // 300)
    sized = ["--recipe", "fast", "--tokens-per-step", str(step), "--steps", str(tokens // step)]
    return {
        "published": own,
        "adam": small + ["--optimizer", "adam", "--lr-scale", "3"],
        "muon": small + ["--optimizer", "muon"],
        "closed form": budget + ["--fit", "closed-form"],
        "fast": budget,
        "fast, lr x 0.1": budget + ["--lr-scale", "0.1"],
        "fast, lr x 10": budget + ["--lr-scale", "10"],
        "fast, all positions": sized + ["--positions-per-window", str(WINDOW)],
        "fast, quarter of the positions": sized + ["--positions-per-window", str(WINDOW // 4)],
    }


def plan(seeds):
    """What to measure, the comparison that matters first, its two sides one after the other."""
    for seed in seeds:
        for way, tokens in [("fast", 25_000), ("published", 250_000), ("fast", 100_000), ("published", 1_000_000)]:
            yield way, tokens, seed
        if seed == seeds[0]:
            for tokens in [25_000, 100_000]:
                for way in ["published", "adam", "muon", "closed form", "fast, all positions", "fast, quarter of the positions",
                            "fast, lr x 0.1", "fast, lr x 10"]:
                    yield way, tokens, seed
            yield "fast", 250_000, seed


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("name")
    parser.add_argument("held_out")
    parser.add_argument("text", nargs="+")
    parser.add_argument("--lens", default="lens")
    parser.add_argument("--seeds", default="1,2,3")
    parser.add_argument("--out", default="results.jsonl")
    a = parser.parse_args()
    done = set()
    if os.path.exists(a.out):
        for line in open(a.out):
            r = json.loads(line)
            done.add((r["model"], r["way"], r["tokens"], r["seed"]))
    for way, tokens, seed in plan([int(s) for s in a.seeds.split(",")]):
        if (a.name, way, tokens, seed) in done:
            continue
        with tempfile.TemporaryDirectory() as folder:
            out, result = os.path.join(folder, "lens"), os.path.join(folder, "result.json")
            texts = a.text if tokens < 500_000 else a.text * 2
            arguments = ["train", "--model", a.model, "--data", *texts, "--window", str(WINDOW),
                         "--seed", str(seed), *ways(tokens)[way], "--out", out]
            before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.time()
            subprocess.run([a.lens, *arguments], check=True, stdout=subprocess.DEVNULL)
            seconds, after = time.time() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
            cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
            subprocess.run([a.lens, "eval", "text", "--model", a.model, "--lens", out, "--data", a.held_out,
                            "--window", str(WINDOW), "--out", result], check=True, stdout=subprocess.DEVNULL)
            layers = json.load(open(result))["layers"]
        row = dict(model=a.name, way=way, tokens=tokens, seed=seed, seconds=round(seconds, 2),
                   cpu_seconds=round(cpu, 2), arguments=ways(tokens)[way],
                   kl=[layer["tuned"]["nats"]["kl"] for layer in layers],
                   logit_lens=[layer["logit"]["nats"]["kl"] for layer in layers])
        with open(a.out, "a") as file:
            file.write(json.dumps(row) + "\n")
        print(f"{a.name:14} {way:32} {tokens:9,} seed {seed}  {cpu:7.1f} s of processors  KL {sum(row['kl'][:-1]):.4f}",
              flush=True)


main()
