"""Writes the golden values beside this file, which the tests compare with.

    python make.py            in the repository, after: pip install torch safetensors numpy tokenizers \\
                              zstandard transformers

`models.py` and `recipes.py` compute in float64; the values are stored in float32. Inputs are the
embedded models in `models/`, the tiny models in `tiny/` (random weights, drawn once), made stories
(`babi/`: lens data babi --tasks all --limit 1 --seed 9) and made prose (`text.jsonl`: lens data text
--bytes 12000 --seed 11). Outputs:

    {mamba2,diffmamba2}.{safetensors,json}   the embedded models: streams, hooks, gradients, lenses,
                                             training, answers, generation
    tiny/*/golden.safetensors                every hook and every gradient of a tiny model
    layouts/                                 one model of 2 blocks as different programs save it
    lens/                                    a lens for it as torch.save writes it
    tokenizers/                              a tokenizer with runs of spaces, and ids of hard strings
    babilong/                                the stories as BABILong rows
    text.jsonl.zst                           the prose, compressed"""
import hashlib
import json
import math
import os
import re
import sys

import numpy
import tokenizers
import torch
import transformers
import zstandard
from safetensors.torch import save_file

import recipes
from models import Model, cross_entropy
from strings import STRINGS

HERE = os.path.dirname(os.path.abspath(__file__))
REPOSITORY = os.path.dirname(os.path.dirname(HERE))
# Of the tiny models' inputs; with others some losses bend where GradientTests takes differences.
SEED = 6
VERSIONS = {
    "python": sys.version.split()[0], "torch": torch.__version__, "numpy": numpy.__version__,
    "tokenizers": tokenizers.__version__, "transformers": transformers.__version__,
    "zstandard": zstandard.__version__,
}


def path(*parts):
    return os.path.join(HERE, *parts)


def write_json(value, *parts, **options):
    os.makedirs(os.path.dirname(path(*parts)), exist_ok=True)
    with open(path(*parts), "w", encoding="utf-8") as file:
        json.dump(value, file, **options)
        file.write("\n")


def write_tensors(tensors, *parts):
    os.makedirs(os.path.dirname(path(*parts)), exist_ok=True)
    stored = {name: value.detach().contiguous().clone() for name, value in tensors.items()}
    for name, value in stored.items():
        stored[name] = value.float() if value.dtype == torch.float64 else value.int()
    save_file(stored, path(*parts), metadata=VERSIONS)


def sample(tensor, count=64):
    """Every n-th entry, `count` of them or a few more; the largest magnitude and the norm of all."""
    flat = tensor.flatten()
    return torch.cat([flat[::max(1, len(flat) // count)], flat.abs().max()[None], flat.norm()[None]])


# Models


def values(model, ids, positions, inside):
    """Hook values at some positions of every sequence; of blocks not in `inside` the stream alone."""
    found = {"input_ids": ids, "positions": torch.tensor(positions)}

    def note(name, value):
        block = re.match(r"blocks\.(\d+)\.(?!hook_resid)", name)
        if block and int(block[1]) not in inside:
            return
        if name.endswith("hook_final_state"):
            found["hook/" + name] = sample(value, 512)
        else:
            found["hook/" + name] = value if name.endswith("lambda") else value[:, positions]

    with torch.no_grad():
        streams = model.run(ids, note)
        logits = model.logits(streams[-1])
    found["hook/logits"] = logits[:, positions]
    found["log_partition"] = torch.logsumexp(logits, -1)[:, positions]
    found["expected_unembedding"] = (logits.softmax(-1) @ model.unembedding)[:, positions]
    lens = recipes.Lens(model.blocks, model.config["hidden_size"])
    found["logit_lens_kl"] = torch.tensor(
        [loss for loss, _ in recipes.divergences(model, lens, streams)]).double()
    return found


def gradients(model, ids, seed):
    """Random weights of the labels, three of ten zero; the loss, and its gradient in every parameter."""
    random = numpy.random.default_rng(seed)
    shape = len(ids), ids.shape[1] - 1
    weights = random.random(shape).astype(numpy.float32) * (random.random(shape) < 0.7)
    weights = torch.tensor(weights).double()
    for w in model.weights.values():
        w.requires_grad_(True)
    loss = cross_entropy(model, ids, weights)
    found = torch.autograd.grad(loss, list(model.weights.values()))
    for w in model.weights.values():
        w.requires_grad_(False)
    return {"label_weights": weights, "loss": loss.reshape(1)}, dict(zip(model.weights, found))


def make_tiny(name):
    model = Model(path("tiny", name))
    ids = torch.tensor(numpy.random.default_rng(SEED).integers(0, model.config["vocab_size"], (2, 150)))
    found = values(model, ids, [63, 149], range(model.blocks))
    scalars, of_parameters = gradients(model, ids, SEED + 1)
    found |= scalars | {"gradient/" + p: g for p, g in of_parameters.items()}
    write_tensors(found, "tiny", name, "golden.safetensors")


def text_ids(tokenizer):
    """Every document after an end-of-text token, and nats per token as bits per byte."""
    with open(path("text.jsonl"), encoding="utf-8") as file:
        documents = [json.loads(line)["text"] for line in file]
    ids, size = [], 0
    for document in documents:
        ids += [0] + tokenizer.encode(document).ids
        size += len(document.encode()) + len("<|endoftext|>")
    return torch.tensor(ids), len(ids) / size / math.log(2)


def make_embedded(name, inside):
    folder = os.path.join(REPOSITORY, "models", name, "seed0")
    tokenizer = tokenizers.Tokenizer.from_file(os.path.join(folder, "tokenizer.json"))
    ids, nats_to_bits_per_byte = text_ids(tokenizer)
    model = Model(folder)
    found = values(model, ids[:300].view(2, 150), [64, 149], inside)
    scalars, of_parameters = gradients(model, ids[:300].view(2, 150), 3)
    found |= scalars | {"gradient/" + p: sample(g) for p, g in of_parameters.items()}

    windows = ids[:20 * 128].view(20, 128)
    record = {"versions": VERSIONS, "nats_to_bits_per_byte": nats_to_bits_per_byte,
              "unembed_hash": unembedding_hash(model), "lenses": {}, "training": {}}
    lenses = {"logit": recipes.Lens(model.blocks, model.config["hidden_size"])}
    # Adam makes whole steps of the last layer's gradient, which is rounding alone: few of them.
    for optimizer, steps in [("sgd", 4), ("adam", 2), ("muon", 4)]:
        lens, record["lenses"][optimizer] = recipes.train_lens(
            model, windows[:4 * steps], windows[4 * steps:4 * steps + 4], optimizer, steps)
        lenses[optimizer] = lens
        for layer in range(model.blocks):
            found[f"{optimizer}/{layer}.weight"] = sample(lens.weight[layer])
            found[f"{optimizer}/{layer}.bias"] = sample(lens.bias[layer])
    record["answers"] = answers(model, {n: lenses[n] for n in ["logit", "sgd"]}, tokenizer)

    record["generations"] = []
    for prompt in ["Mary went to the", "<context> \nJohn moved to the office."]:
        made, margin = recipes.generate(model, tokenizer.encode(prompt).ids, 20)
        assert margin > 1e-3, f"{prompt}: float32 may decide otherwise, {margin}"
        record["generations"].append(
            {"prompt": prompt, "ids": made, "text": tokenizer.decode(made)})

    for optimizer in ["adamw", "muon"]:
        trained = Model(folder)
        before = {p: w.clone() for p, w in trained.weights.items()}
        record["training"][optimizer] = recipes.train_model(trained, windows[:6], optimizer, 3)
        for p, w in trained.weights.items():
            found[f"update/{optimizer}/{p}"] = sample(w - before[p], 32)
    write_tensors(found, f"{name}.safetensors")
    write_json(record, f"{name}.json")


def answers(model, lenses, tokenizer):
    """The last four questions of three tasks, read at the last position of the prompt."""
    found = {name: [] for name in lenses}
    for task in ["qa1", "qa6", "qa11"]:
        for row in babilong_rows(task)[-4:]:
            prompt = f"<context> \n{row['input']}\n</context>\n\nQuestion: {row['question']} Answer:"
            target = tokenizer.encode(" " + row["target"]).ids[0]
            ids = torch.tensor([tokenizer.encode(prompt).ids])
            with torch.no_grad():
                streams = [stream[0, -1] for stream in model.run(ids)]
            for name, lens in lenses.items():
                layers, own = recipes.read_answer(model, lens, streams, target)
                found[name].append(
                    {"task": task, "target_id": target, "layers": layers, "output": own})
    return found


def unembedding_hash(model):
    text = numpy.array2string(model.unembedding.float().numpy(), precision=1)
    return hashlib.sha256(text.encode()).hexdigest()


def compare_with_transformers(name="mamba2"):
    """An embedded model in the program that most people run, whose scan is in float32 always."""
    folder = os.path.join(REPOSITORY, "models", name, "seed0")
    model = Model(folder)
    theirs = transformers.AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float64)
    ids = torch.arange(200).view(2, 100) * 5 % 1024
    with torch.no_grad():
        streams = model.run(ids)
        result = theirs(ids, output_hidden_states=True)
    # Their list begins after the first block and ends with the final norm.
    ours = streams[1:] + [model.final_norm(streams[-1])]
    pairs = list(zip(ours, result.hidden_states, strict=True))
    pairs.append((model.logits(streams[-1]), result.logits))
    worst = max(float((a - b).abs().max() / b.abs().max()) for a, b in pairs)
    print(f"transformers {transformers.__version__}, {name}: relative difference {worst:.1e}")
    assert worst < 1e-6


# Files


def babilong_rows(task):
    """bAbI lines as BABILong has them: the story so far, the question with its space, the answer."""
    name = next(f for f in os.listdir(path("babi")) if f.startswith(task + "_"))
    rows, story = [], []
    with open(path("babi", name), encoding="utf-8") as file:
        for line in file:
            number, text = line.rstrip("\n").split(" ", 1)
            if number == "1":
                story = []
            if "\t" not in text:
                story.append(text)
                continue
            question, target = text.split("\t")[:2]
            rows.append({"input": " ".join(story), "question": question, "target": target})
    return rows


def make_layouts():
    config = dict(
        model_type="mamba2", architectures=["Mamba2ForCausalLM"], hidden_size=8, num_hidden_layers=2,
        vocab_size=16, state_size=4, head_dim=8, num_heads=2, expand=2, n_groups=1, chunk_size=4,
        conv_kernel=4, hidden_act="silu", layer_norm_epsilon=1e-5, rms_norm=True, use_bias=False,
        use_conv_bias=True, residual_in_fp32=True, tie_word_embeddings=True,
        bos_token_id=0, eos_token_id=0, pad_token_id=0)
    torch.manual_seed(5)
    theirs = transformers.AutoModelForCausalLM.from_config(transformers.AutoConfig.for_model(
        **{k: v for k, v in config.items() if k != "architectures"}))
    with torch.no_grad():
        for _, p in theirs.named_parameters():
            p += 0.3 * torch.randn_like(p)
    theirs.save_pretrained(path("layouts/transformers"), max_shard_size="4KB")

    weights = {name: p.detach().clone() for name, p in theirs.named_parameters()}
    for layout in ["plain", "bfloat16", "torch", "original"]:
        write_json(config, "layouts", layout, "config.json")
    save_file(weights, path("layouts/plain/model.safetensors"), metadata={"format": "pt"})
    save_file({name: w.bfloat16() for name, w in weights.items()},
              path("layouts/bfloat16/model.safetensors"), metadata={"format": "pt"})
    # A tied head is a second name of the same storage.
    head = {"lm_head.weight": weights["backbone.embeddings.weight"]}
    torch.save(weights | head, path("layouts/torch/pytorch_model.bin"))
    original = {name.replace("embeddings", "embedding"): w for name, w in (weights | head).items()}
    torch.save(original, path("layouts/original/pytorch_model.bin"))
    write_json(dict(
        d_model=8, d_intermediate=0, n_layer=2, vocab_size=13, attn_layer_idx=[], attn_cfg={},
        ssm_cfg=dict(layer="Mamba2", d_state=4, headdim=8, chunk_size=4), rms_norm=True,
        residual_in_fp32=True, fused_add_norm=True, pad_vocab_size_multiple=8, tie_embeddings=True),
        "layouts", "original", "config.json")

    for placement in ["all", "quarter"]:
        write_json(config | dict(num_hidden_layers=4, diffmamba=True, diffmamba_settings=placement),
                   "layouts", placement, "config.json")
        differential = random_differential(config, 4, [3] if placement == "quarter" else range(4))
        save_file(differential, path("layouts", placement, "model.safetensors"),
                  metadata={"format": "pt"})

    ids = torch.tensor([[3, 1, 4, 15, 9, 2, 6, 5, 0], [5, 8, 9, 7, 9, 3, 2, 3, 8]])
    for layout in ["plain", "bfloat16", "all", "quarter"]:
        write_tensors(values(Model(path("layouts", layout)), ids, list(range(9)), []),
                      "layouts", layout, "golden.safetensors")

    translators = torch.nn.ModuleList([torch.nn.Linear(8, 8) for _ in range(2)])
    os.makedirs(path("lens"), exist_ok=True)
    torch.save(translators.state_dict(), path("lens/params.pt"))
    write_tensors({n: w.double() for n, w in translators.state_dict().items()},
                  "lens/golden.safetensors")
    write_json(dict(
        base_model_name_or_path="plain", d_model=8, num_hidden_layers=2, bias=True,
        base_model_revision=None, unembed_hash=unembedding_hash(Model(path("layouts/plain"))),
        lens_type="linear_tuned_lens"), "lens", "config.json")


def random_differential(config, blocks, differential):
    """Weights of a Diff-Mamba-2: two mixers of half the width in the differential blocks."""
    width, states, weights = config["hidden_size"], config["state_size"], {}

    def add(name, *shape, around=0.0):
        weights[name] = around + 0.3 * torch.randn(shape)

    add("backbone.embeddings.weight", config["vocab_size"], width)
    add("backbone.norm_f.weight", width, around=1)
    for block in range(blocks):
        prefix = f"backbone.layers.{block}."
        add(prefix + "norm.weight", width, around=1)
        halves = block in differential
        for mixer in ["mixer_1.", "mixer_2."] if halves else ["mixer."]:
            inner, heads = width if halves else 2 * width, config["num_heads"]
            name, channels = prefix + mixer, inner + 2 * states
            add(name + "in_proj.weight", inner + channels + heads, width)
            add(name + "conv1d.weight", channels, 1, config["conv_kernel"])
            add(name + "conv1d.bias", channels)
            add(name + "dt_bias", heads, around=-2)
            add(name + "A_log", heads, around=1)
            add(name + "D", heads, around=1)
            add(name + "norm.weight", inner, around=1)
            add(name + "out_proj.weight", width, inner)
        if halves:
            add(prefix + "lambda_q1", width)
            add(prefix + "subln.weight", width, around=1)
    return weights


def make_tokenizers():
    made = tokenizers.Tokenizer(tokenizers.models.BPE())
    made.normalizer = tokenizers.normalizers.NFC()
    made.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = tokenizers.decoders.ByteLevel()
    made.train([path("text.jsonl")], tokenizers.trainers.BpeTrainer(
        vocab_size=420, special_tokens=["<|endoftext|>", "<|padding|>"], show_progress=False,
        initial_alphabet=tokenizers.pre_tokenizers.ByteLevel.alphabet()))
    # As GPT-NeoX has them.
    made.add_tokens([tokenizers.AddedToken(" " * n, normalized=True) for n in range(24, 1, -1)])
    os.makedirs(path("tokenizers"), exist_ok=True)
    made.save(path("tokenizers/spaces.json"))
    embedded = os.path.join(REPOSITORY, "models", "mamba2", "seed0", "tokenizer.json")
    for name, file in [("spaces", path("tokenizers/spaces.json")), ("embedded", embedded)]:
        tokenizer = tokenizers.Tokenizer.from_file(file)
        with open(path("tokenizers", name + ".jsonl"), "w", encoding="utf-8") as out:
            for text in STRINGS:
                ids = tokenizer.encode(text).ids
                line = dict(text=text, ids=ids,
                            decoded=tokenizer.decode(ids, skip_special_tokens=False))
                out.write(json.dumps(line) + "\n")


def main():
    # Positions one after the other leave nothing to share.
    torch.set_num_threads(1)
    for number in range(1, 21):
        write_json(babilong_rows(f"qa{number}"), "babilong", f"qa{number}", "0k.json", indent=0)
    with open(path("text.jsonl"), "rb") as file:
        packed = zstandard.ZstdCompressor(level=19, write_checksum=True).compress(file.read())
    with open(path("text.jsonl.zst"), "wb") as file:
        file.write(packed)
    make_layouts()
    make_tokenizers()
    compare_with_transformers()
    for name in sorted(os.listdir(path("tiny"))):
        make_tiny(name)
    # A block of each kind from inside.
    make_embedded("mamba2", [1])
    make_embedded("diffmamba2", [0, 1])


if __name__ == "__main__":
    main()
