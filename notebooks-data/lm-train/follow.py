"""The training that `lens lm train --no-shuffle` does, in PyTorch on the independent reference model.

    python follow.py FOLDER_OF_REFMODEL MODEL TEXT STEPS BATCH WINDOW LR LOG

Same windows, order, cosine schedule after 10 steps of warm-up, clipping to 1 and AdamW with decay 0.1
on linear and convolution weights. Writes one line a step and prints the median time of a step."""
import json, math, os, sys, time
sys.path.insert(0, sys.argv[1])
import torch, refmodel
from tokenizers import Tokenizer

folder, text, log = sys.argv[2], sys.argv[3], open(sys.argv[8], 'w')
steps, batch, window = map(int, sys.argv[4:7])
model = refmodel.load(folder).train()
tokenizer = Tokenizer.from_file(os.path.join(folder, 'tokenizer.json'))
ids = [tokenizer.token_to_id('<|endoftext|>')]
ids += tokenizer.encode(open(text, newline='').read(), add_special_tokens=False).ids
data = torch.tensor(ids[:len(ids) // window * window]).reshape(-1, window)

ends = ('in_proj.weight', 'conv1d.weight', 'out_proj.weight', 'lm_head.weight')
decaying = [p for k, p in model.named_parameters() if k.endswith(ends)]
others = [p for k, p in model.named_parameters() if not k.endswith(ends)]
optimizer = torch.optim.AdamW(
    [{'params': decaying, 'weight_decay': 0.1}, {'params': others, 'weight_decay': 0.0}],
    lr=float(sys.argv[7]))
warmup = 10
schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda s: s / warmup if s < warmup else
                                             0.5 * (1 + math.cos(math.pi * (s - warmup) / (steps - warmup))))
times = []
for step in range(steps):
    start = time.time()
    x = data[[(step * batch + i) % len(data) for i in range(batch)]]
    logits, _ = model(x)
    loss = torch.nn.functional.cross_entropy(
        logits[:, :-1].reshape(-1, logits.shape[-1]), x[:, 1:].reshape(-1))
    optimizer.zero_grad()
    loss.backward()
    # In float64: clip_grad_norm_ sums a million float32 squares with an error of 2e-4.
    norm = math.sqrt(sum(p.grad.double().pow(2).sum().item() for p in model.parameters()))
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    schedule.step()
    times.append(time.time() - start)
    log.write(json.dumps({'step': step + 1, 'loss': loss.item(), 'gradient_norm': norm}) + '\n')
    log.flush()
print(f'median {sorted(times)[len(times) // 2]:.2f} s a step')
