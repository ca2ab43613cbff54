"""Golden gradients: small seeded models, their weighted next-token loss and its gradient in every
parameter, by PyTorch's autograd in float64 on the independent reference model; Mamba-1, which that
does not have, by the plain recurrence written down here.

    python make_gradients.py FOLDER_OF_REFMODEL

writes {mamba1,mamba2,mamba2-whole-width,diffmamba2}/{config.json,model.safetensors,gradients.safetensors}
beside this file; versions stand in the metadata of gradients.safetensors."""
import json, os, sys
import torch
from safetensors.torch import save_file

sys.path.insert(0, sys.argv[1])
import refmodel

here = os.path.dirname(os.path.abspath(__file__))
common = dict(model_type="mamba2", hidden_size=32, num_hidden_layers=3, vocab_size=61, state_size=8,
              head_dim=16, num_heads=4, expand=2, chunk_size=32, conv_kernel=4, hidden_act="silu",
              layer_norm_epsilon=1e-5, rms_norm=True, use_conv_bias=True)
grouped = dict(common, n_groups=2, tie_word_embeddings=False, use_bias=True,
               time_step_limit=[0.002, 0.08])
mamba1 = dict(model_type="mamba", hidden_size=32, num_hidden_layers=3, vocab_size=61, state_size=8,
              time_step_rank=3, expand=2, conv_kernel=4, hidden_act="silu", layer_norm_epsilon=1e-5,
              use_conv_bias=True, use_bias=True, tie_word_embeddings=True)
models = {
    "mamba1": mamba1,
    "mamba2": grouped,
    "mamba2-whole-width": dict(grouped, gated_norm_groups=1),
    "diffmamba2": dict(common, n_groups=1, tie_word_embeddings=True, use_bias=False,
                       diffmamba=True, diffmamba_settings="alternate"),
}
class Mamba1Mixer(torch.nn.Module):
    """[x, z] = in_proj(u); x = silu(conv(x)); S_t = exp(dt A) S + dt x B; y = S C + D x; gate, out_proj."""
    def __init__(s, c):
        super().__init__()
        d, e, n, r = c["hidden_size"], c["expand"] * c["hidden_size"], c["state_size"], c["time_step_rank"]
        s.n, s.r, linear = n, r, torch.nn.Linear
        s.in_proj, s.out_proj = linear(d, 2 * e, bias=c["use_bias"]), linear(e, d, bias=c["use_bias"])
        s.conv1d = torch.nn.Conv1d(e, e, c["conv_kernel"], groups=e, padding=c["conv_kernel"] - 1)
        s.x_proj, s.dt_proj = linear(e, r + 2 * n, bias=False), linear(r, e)
        torch.nn.init.constant_(s.dt_proj.bias, -2)
        s.A_log = torch.nn.Parameter(torch.log(torch.arange(1.0, n + 1)).repeat(e, 1) + 0.1 * torch.randn(e, n))
        s.D = torch.nn.Parameter(1 + 0.2 * torch.randn(e))
    def forward(s, u):
        x, z = s.in_proj(u).chunk(2, -1)
        x = torch.nn.functional.silu(s.conv1d(x.mT)[..., :u.shape[1]].mT)
        delta, B, C = s.x_proj(x).split([s.r, s.n, s.n], -1)
        dt, A = torch.nn.functional.softplus(s.dt_proj(delta)), -torch.exp(s.A_log)
        S, ys = u.new_zeros(len(u), *s.A_log.shape), []
        for t in range(u.shape[1]):
            S = torch.exp(dt[:, t, :, None] * A) * S + (dt * x)[:, t, :, None] * B[:, t, None]
            ys.append((S * C[:, t, None]).sum(-1))
        return s.out_proj((torch.stack(ys, 1) + s.D * x) * torch.nn.functional.silu(z))

by_group = refmodel.rms_groups
for name, config in models.items():
    whole = config.get("gated_norm_groups") == 1
    refmodel.rms_groups = (lambda x, w, eps, g: by_group(x, w, eps, 1)) if whole else by_group
    torch.manual_seed(1)
    is_mamba1 = config["model_type"] == "mamba"
    model = refmodel.LM(dict(common, n_groups=1, tie_word_embeddings=True, use_bias=False)
                        if is_mamba1 else config)
    if is_mamba1:
        model.c = config
        for layer in model.backbone.layers: layer.mixer = Mamba1Mixer(config)
    with torch.no_grad():
        for key, p in model.named_parameters():
            # Norms, biases and D away from their constant starts; lambda where its sigmoid is not flat.
            if key.endswith("norm.weight") or "subln" in key or "norm_f" in key or key.endswith("bias"):
                p += 0.2 * torch.randn_like(p)
            if "embeddings" in key: p *= 20
            if "lambda_q1" in key: p *= 0.1
    folder = os.path.join(here, name)
    refmodel.save(model, folder)
    model = model.double()
    ids = torch.randint(0, config["vocab_size"], (2, 150))
    weights = torch.rand(2, 149).double() * (torch.rand(2, 149) < 0.7)
    logits, _ = model(ids)
    logp = torch.log_softmax(logits[:, :-1], -1)
    loss = -(weights * logp.gather(-1, ids[:, 1:, None])[..., 0]).sum()
    loss.backward()
    out = {k: p.grad.float().contiguous() for k, p in model.named_parameters()}
    out["input_ids"] = ids.int()
    out["label_weights"] = weights.float()
    out["loss"] = loss.detach().reshape(1).float()
    save_file(out, os.path.join(folder, "gradients.safetensors"),
              metadata={"torch": torch.__version__, "python": sys.version.split()[0]})
