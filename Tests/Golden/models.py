"""State-space language models in float64, from the papers' equations, one position after the other.

No chunks, no fused kernels, no in-place updates: what the Swift implementation does fast is done here
slowly and by another route. Mamba-1 is arXiv:2312.00752, Mamba-2 arXiv:2405.21060, Diff-Mamba
arXiv:2507.06204. Parameters have their names in a Hugging Face checkpoint, values theirs among the hook
points (TransformerLens)."""
import json
import math
import os

import torch
from safetensors.torch import load_file
from torch.nn.functional import silu, softplus


def rms_norm(x, weight, epsilon, groups=1):
    """x / rms(x) · weight over the last axis, in `groups` equal parts of it by themselves."""
    parts = x.unflatten(-1, (groups, -1))
    scale = torch.rsqrt((parts * parts).mean(-1, keepdim=True) + epsilon)
    return (parts * scale).flatten(-2) * weight


def causal_convolution(x, weight, bias):
    """y[t] = bias + sum_j weight[:, j] x[t - width + 1 + j], x [batch, pos, channels]."""
    width, length = weight.shape[-1], x.shape[1]
    past = x.new_zeros(x.shape[0], width - 1, x.shape[2])
    padded = torch.cat([past, x], 1)
    y = sum(padded[:, j:j + length] * weight[:, 0, j] for j in range(width))
    return y if bias is None else y + bias


class Model:
    """A checkpoint folder, in float64."""

    def __init__(self, folder):
        with open(os.path.join(folder, "config.json")) as file:
            self.config = json.load(file)
        weights = load_file(os.path.join(folder, "model.safetensors"))
        self.weights = {name: value.double() for name, value in sorted(weights.items())}

    def __getitem__(self, name):
        return self.weights.get(name)

    @property
    def blocks(self):
        return self.config["num_hidden_layers"]

    def is_differential(self, block):
        if not self.config.get("diffmamba"):
            return False
        return {"all": True, "alternate": block % 2 == 0,
                "quarter": block >= self.blocks - self.blocks // 4}[self.config["diffmamba_settings"]]

    @property
    def unembedding(self):
        tied = self.config.get("tie_word_embeddings", True)
        return self["backbone.embeddings.weight" if tied else "lm_head.weight"]

    def final_norm(self, stream):
        return rms_norm(stream, self["backbone.norm_f.weight"], self.config["layer_norm_epsilon"])

    def logits(self, stream):
        return self.final_norm(stream) @ self.unembedding.T

    def run(self, ids, note=lambda name, value: None):
        """The residual streams after 0...N blocks, [batch, pos, d_model]; `note` sees every value."""
        stream = self["backbone.embeddings.weight"][ids]
        note("hook_embed", stream)
        streams = [stream]
        for block in range(self.blocks):
            stream = stream + self.block(block, stream, note)
            note(f"blocks.{block}.hook_resid_post", stream)
            streams.append(stream)
        note("ln_final.hook_out", self.final_norm(stream))
        return streams

    def block(self, index, stream, note):
        """What a block adds to the stream."""
        prefix, epsilon = f"backbone.layers.{index}.", self.config["layer_norm_epsilon"]
        note(f"blocks.{index}.hook_resid_pre", stream)
        u = rms_norm(stream, self[prefix + "norm.weight"], epsilon)
        note(f"blocks.{index}.norm.hook_out", u)

        def mixer(suffix="", expand=self.config["expand"], halves=1):
            def note_inside(name, value):
                note(f"blocks.{index}.mixer{suffix}.{name}", value)
            name = f"{prefix}mixer{suffix}."
            if self.config["model_type"] in ("mamba", "falcon_mamba"):
                return self.mamba1(name, u, note_inside)
            return self.mamba2(name, u, expand, self.config["head_dim"] // halves, note_inside)

        if not self.is_differential(index):
            return mixer()
        # Two mixers of half the width; arXiv:2507.06204, section 3.
        first, second = mixer("_1", 1, 2), mixer("_2", 1, 2)
        initial = 0.8 - 0.6 * math.exp(-0.3 * index)
        factor = torch.sigmoid(self[prefix + "lambda_q1"].sum()) + initial
        difference = first - factor * second
        normed = rms_norm(difference, self[prefix + "subln.weight"], 1e-5)
        note(f"blocks.{index}.hook_lambda", factor.reshape(1))
        note(f"blocks.{index}.hook_difference", difference)
        note(f"blocks.{index}.subln.hook_out", normed)
        return (1 - initial) * normed

    def linear(self, name, x):
        y = x @ self[name + ".weight"].T
        bias = self[name + ".bias"]
        return y if bias is None else y + bias

    def mamba2(self, prefix, u, expand, head_dim, note):
        """S = exp(dt A) S + dt x Bᵀ, y = S C + D x for every head; gate, norm, projection."""
        config = self.config
        inner, states, groups = expand * u.shape[-1], config["state_size"], config["n_groups"]
        heads = inner // head_dim
        projected = self.linear(prefix + "in_proj", u)
        z, conv, dt = projected.split([inner, inner + 2 * groups * states, heads], -1)
        conv = silu(causal_convolution(
            conv, self[prefix + "conv1d.weight"], self[prefix + "conv1d.bias"]))
        x, B, C = conv.split([inner, groups * states, groups * states], -1)
        x = x.unflatten(-1, (heads, head_dim))
        B, C = (v.unflatten(-1, (groups, states)) for v in (B, C))
        low, high = config.get("time_step_limit", (0.0, math.inf))
        dt = softplus(dt + self[prefix + "dt_bias"]).clamp(low, high)
        A, D = -torch.exp(self[prefix + "A_log"]), self[prefix + "D"]
        # Every head reads B and C of its group.
        of_head = torch.arange(heads) // (heads // groups)
        state, outputs = x.new_zeros(len(u), heads, head_dim, states), []
        for t in range(u.shape[1]):
            decay = torch.exp(dt[:, t] * A)[..., None, None]
            entering = (dt[:, t, :, None] * x[:, t])[..., None] * B[:, t, of_head, None]
            state = decay * state + entering
            outputs.append((state * C[:, t, of_head, None]).sum(-1) + D[:, None] * x[:, t])
        y = torch.stack(outputs, 1)
        norm_groups = config.get("gated_norm_groups", groups)
        normed = rms_norm(
            y.flatten(-2) * silu(z), self[prefix + "norm.weight"], config["layer_norm_epsilon"],
            norm_groups)
        out = self.linear(prefix + "out_proj", normed)
        for name, value in [
                ("in_proj.hook_out", projected), ("hook_z", z), ("conv1d.hook_out", conv),
                ("hook_x", x), ("hook_B", B), ("hook_C", C), ("hook_dt", dt), ("hook_ssm_out", y),
                ("hook_final_state", state), ("inner_norm.hook_out", normed),
                ("out_proj.hook_out", out)]:
            note(name, value)
        return out

    def mamba1(self, prefix, u, note):
        """S = exp(dt A) S + dt x Bᵀ, y = S C + D x for every channel; gate, projection."""
        config = self.config
        rank, states = config["time_step_rank"], config["state_size"]
        projected = self.linear(prefix + "in_proj", u)
        x, z = projected.chunk(2, -1)
        x = silu(causal_convolution(
            x, self[prefix + "conv1d.weight"], self[prefix + "conv1d.bias"]))
        low_rank, B, C = self.linear(prefix + "x_proj", x).split([rank, states, states], -1)
        if config["model_type"] == "falcon_mamba":
            low_rank, B, C = (
                rms_norm(part, torch.ones(part.shape[-1], dtype=part.dtype), config["mixer_rms_eps"])
                for part in (low_rank, B, C))
        dt = softplus(self.linear(prefix + "dt_proj", low_rank))
        A, D = -torch.exp(self[prefix + "A_log"]), self[prefix + "D"]
        state, outputs = x.new_zeros(len(u), *A.shape), []
        for t in range(u.shape[1]):
            entering = (dt[:, t] * x[:, t])[..., None] * B[:, t, None]
            state = torch.exp(dt[:, t, :, None] * A) * state + entering
            outputs.append((state * C[:, t, None]).sum(-1) + D * x[:, t])
        y = torch.stack(outputs, 1)
        out = self.linear(prefix + "out_proj", y * silu(z))
        for name, value in [
                ("in_proj.hook_out", projected), ("hook_z", z), ("conv1d.hook_out", x),
                ("hook_x", x), ("hook_B", B), ("hook_C", C), ("hook_dt", dt), ("hook_ssm_out", y),
                ("hook_final_state", state), ("out_proj.hook_out", out)]:
            note(name, value)
        return out


def cross_entropy(model, ids, weights):
    """The sum of weights · −log p of every next token, in nats; weights [batch, pos − 1]."""
    log_p = torch.log_softmax(model.logits(model.run(ids)[-1])[:, :-1], -1)
    return -(weights * log_p.gather(-1, ids[:, 1:, None])[..., 0]).sum()
