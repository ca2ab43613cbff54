"""What one would run instead of StateLens, timed at the 370M shape on two threads: transformers' Mamba-2 on the CPU
(forward pass with all streams, token by token with its cache), the inner loop of tuned-lens in PyTorch, and needle
evaluation with all positions and with the last one alone. One JSON object a line; medians.

    python side_by_side.py [--repeat 2] [--forward 128,512,2048]

    python side_by_side.py --llama m.gguf     # llama.cpp instead, from llama-cpp-python
    python side_by_side.py --gguf m.gguf      # makes such a file, random weights in float32"""
import argparse
import json
import statistics
import time

LAYERS, D, VOCAB, STATE, HEADS, HEAD_DIM, CONV = 48, 1024, 50288, 128, 32, 64, 4


def timed(work, repeats):
    work()
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)


def transformers_and_torch(repeat, lengths):
    import torch
    import transformers
    from transformers import Mamba2Config, Mamba2ForCausalLM

    torch.set_num_threads(2)
    torch.manual_seed(0)
    torch.set_grad_enabled(False)

    def say(**numbers):
        versions = dict(transformers=transformers.__version__, torch=torch.__version__)
        print(json.dumps(versions | numbers), flush=True)

    x = torch.randn(2048, 1024)
    say(sgemm_gflops=2 * 2048 * 2048 * 1024 / timed(lambda: x @ x.T, 5) / 1e9)
    model = Mamba2ForCausalLM(Mamba2Config(
        hidden_size=D, num_hidden_layers=LAYERS, vocab_size=VOCAB, state_size=STATE, head_dim=HEAD_DIM,
        num_heads=HEADS, expand=2, n_groups=1, chunk_size=256, conv_kernel=CONV, tie_word_embeddings=True)).eval()

    def streams(ids):
        return model.backbone(ids, output_hidden_states=True, use_cache=False).hidden_states

    rates = {}
    for length in lengths:
        ids = torch.randint(0, VOCAB, (1, length))
        rates[length] = length / timed(lambda: streams(ids), repeat)
        say(forward_tokens=length, tokens_per_s=rates[length])

    def decode(count):
        out = model(torch.randint(0, VOCAB, (1, 16)), use_cache=True)
        start = time.perf_counter()
        for step in range(count):
            out = model(torch.randint(0, VOCAB, (1, 1)), cache_params=out.cache_params, use_cache=True,
                        cache_position=torch.tensor([16 + step]))
        return (time.perf_counter() - start) / count

    decode(2)
    say(decode_tokens_per_s=1 / statistics.median([decode(24) for _ in range(repeat)]))

    unembedding, scale = model.lm_head.weight.detach(), torch.ones(D)

    def logits(h):
        return (h * torch.rsqrt(h.pow(2).mean(-1, keepdim=True) + 1e-5) * scale) @ unembedding.T

    layers, tokens = 6, 512
    states = [torch.randn(1, tokens, D) for _ in range(layers)]
    translators = [torch.nn.Linear(D, D) for _ in states]
    optimizer = torch.optim.SGD([p for t in translators for p in t.parameters()], lr=0.1, momentum=0.9,
                                nesterov=True, weight_decay=1e-3)
    labels = logits(torch.randn(1, tokens, D)).log_softmax(-1)

    def step():
        with torch.enable_grad():
            for translator, h in zip(translators, states):
                read = logits(h + translator(h)).log_softmax(-1)
                (labels.exp() * (labels - read)).sum(-1).mean().backward()
        optimizer.step()
        optimizer.zero_grad()

    seconds = timed(step, repeat) / layers * LAYERS / tokens
    forward = rates.get(512, next(iter(rates.values())))
    say(lens_step_tokens_per_s=1 / seconds, whole_training_tokens_per_s=1 / (1 / forward + seconds))

    ids = torch.randint(0, VOCAB, (1, 87))

    def needle(last):
        for h in streams(ids)[:LAYERS]:
            h = h[:, -1:] if last else h
            logits(h + translators[0](h)).log_softmax(-1).exp()

    say(needle_prompts_per_s_all_positions=1 / timed(lambda: needle(False), repeat),
        needle_prompts_per_s_last_position=1 / timed(lambda: needle(True), repeat))


def llama(path):
    import llama_cpp

    model = llama_cpp.Llama(path, n_ctx=4096, n_batch=2048, n_ubatch=512, n_threads=2, n_threads_batch=2,
                            verbose=False)

    def run(length):
        model.reset()
        model.eval(list(range(5, 5 + length)))

    for length in (512, 2048):
        print(json.dumps(dict(llama_cpp_python=llama_cpp.__version__, forward_tokens=length,
                              tokens_per_s=length / timed(lambda: run(length), 3))), flush=True)
    run(16)
    start = time.perf_counter()
    for _ in range(48):
        model.eval([7])
    print(json.dumps(dict(decode_tokens_per_s=48 / (time.perf_counter() - start))))


def make_gguf(path):
    import gguf
    import numpy

    random, inner = numpy.random.default_rng(0), 2 * D
    writer = gguf.GGUFWriter(path, "mamba2")
    writer.add_context_length(1 << 20)
    writer.add_embedding_length(D)
    writer.add_feed_forward_length(0)
    writer.add_head_count(0)
    writer.add_block_count(LAYERS)
    writer.add_ssm_conv_kernel(CONV)
    writer.add_ssm_inner_size(inner)
    writer.add_ssm_state_size(STATE)
    writer.add_ssm_time_step_rank(HEADS)
    writer.add_ssm_group_count(1)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_vocab_size(VOCAB)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list([f"<{i}>" for i in range(VOCAB)])
    writer.add_token_types([1] * VOCAB)
    writer.add_token_merges(["< 0", "0 >"])
    writer.add_bos_token_id(0)
    writer.add_eos_token_id(0)

    def add(name, *shape, value=None):
        numbers = random.standard_normal(shape, dtype="float32") * 0.02
        writer.add_tensor(name, numbers if value is None else numpy.full(shape, value, "float32"))

    add("token_embd.weight", VOCAB, D)
    add("output_norm.weight", D, value=1)
    for i in range(LAYERS):
        add(f"blk.{i}.attn_norm.weight", D, value=1)
        add(f"blk.{i}.ssm_in.weight", 2 * inner + 2 * STATE + HEADS, D)
        add(f"blk.{i}.ssm_conv1d.weight", inner + 2 * STATE, CONV)
        add(f"blk.{i}.ssm_conv1d.bias", inner + 2 * STATE)
        add(f"blk.{i}.ssm_dt.bias", HEADS)
        add(f"blk.{i}.ssm_a", HEADS, 1, value=-1)
        add(f"blk.{i}.ssm_d", HEADS, 1, value=1)
        add(f"blk.{i}.ssm_norm.weight", 1, inner, value=1)
        add(f"blk.{i}.ssm_out.weight", D, inner)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


parser = argparse.ArgumentParser()
parser.add_argument("--repeat", type=int, default=2)
parser.add_argument("--forward", default="128,512,2048")
parser.add_argument("--llama")
parser.add_argument("--gguf")
arguments = parser.parse_args()
if arguments.gguf:
    make_gguf(arguments.gguf)
elif arguments.llama:
    llama(arguments.llama)
else:
    transformers_and_torch(arguments.repeat, [int(length) for length in arguments.forward.split(",")])
